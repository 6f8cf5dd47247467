/**
 * How values are distributed, in buckets whose bounds grow by one factor (Masson et al., DDSketch, VLDB 2019). Adding and
 * merging come to the same in any order. Bounded: no more buckets than fit between the smallest and the largest value.
 */
export type Sketch = {
  readonly count: number;
  /** Values of 0: no bucket has them. */
  readonly zeros: number;
  /** How many values are in each bucket, by its index. */
  readonly buckets: ReadonlyMap<number, number>;
};

/** How far a quantile may be off, as a share of itself. */
export const RELATIVE_ERROR = 0.01;

const FACTOR = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);

/** What is outside of these is taken for the nearer of them: at most 1382 buckets. */
const SMALLEST = 1e-3;
const LARGEST = 1e9;

/** Of no values. */
export const emptySketch: Sketch = { count: 0, zeros: 0, buckets: new Map() };

/** With one value more; what is negative counts as 0. Pure. */
export function withValue(sketch: Sketch, value: number): Sketch {
  const count = sketch.count + 1;
  if (!(value > 0)) return { ...sketch, count, zeros: sketch.zeros + 1 };
  const index = Math.ceil(Math.log(Math.min(Math.max(value, SMALLEST), LARGEST)) / Math.log(FACTOR));
  const buckets = new Map(sketch.buckets).set(index, (sketch.buckets.get(index) ?? 0) + 1);
  return { ...sketch, count, buckets };
}

/** As if all values had come to one. Pure. */
export function mergedSketches(a: Sketch, b: Sketch): Sketch {
  const buckets = new Map(a.buckets);
  for (const [index, values] of b.buckets) buckets.set(index, (buckets.get(index) ?? 0) + values);
  return { count: a.count + b.count, zeros: a.zeros + b.zeros, buckets };
}

/** The value that a share of all (0 to 1) does not exceed, by nearest rank; `null` where there are none. Pure. */
export function quantile({ count, zeros, buckets }: Sketch, share: number): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = zeros;
  if (rank <= seen) return 0;
  let value = 0;
  for (const [index, values] of [...buckets].toSorted(([a], [b]) => a - b)) {
    // The middle of the bucket, to which both of its bounds are equally near by ratio.
    value = (2 * FACTOR ** index) / (FACTOR + 1);
    seen += values;
    if (rank <= seen) break;
  }
  return value;
}
