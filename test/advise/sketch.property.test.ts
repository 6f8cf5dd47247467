import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  emptySketch,
  mergedSketches,
  quantile,
  RELATIVE_ERROR,
  withValue,
  type Sketch,
} from "../../src/advise/sketch.ts";

const values = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e8, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const shares = fc.double({ min: 0, max: 1, noNaN: true });

function sketchOf(all: readonly number[]): Sketch {
  return all.reduce(withValue, emptySketch);
}

/** A map compares by its entries, in whatever order they came. */
function plain({ count, zeros, buckets }: Sketch): unknown {
  return { count, zeros, buckets: Object.fromEntries(buckets) };
}

test("a quantile is off by a hundredth of itself at most", () => {
  fc.assert(
    fc.property(values, shares, (all, share) => {
      const sorted = all.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? Number.NaN;
      const told = quantile(sketchOf(all), share) ?? Number.NaN;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * RELATIVE_ERROR * 1.000001);
    }),
  );
});

test("values in any order, in one sketch or in two that are merged, come to the same", () => {
  const split = fc
    .tuple(values, fc.nat())
    .chain(([all, cut]) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.constant(cut % all.length),
      ),
    );
  fc.assert(
    fc.property(split, ([all, shuffled, cut]) => {
      const [one, other] = [sketchOf(shuffled.slice(0, cut)), sketchOf(shuffled.slice(cut))];
      expect(plain(mergedSketches(one, other))).toEqual(plain(sketchOf(all)));
      expect(plain(mergedSketches(other, one))).toEqual(plain(sketchOf(all)));
    }),
  );
});

test("it is bounded whatever comes, and of no values there is no quantile", () => {
  const wild = Array.from({ length: 5000 }, (_none, index) => 10 ** ((index % 700) - 350));
  const sketch = sketchOf([...wild, Infinity, Number.NaN, -1]);
  expect(sketch.count).toBe(5003);
  expect(sketch.buckets.size).toBeLessThanOrEqual(1383);
  expect(quantile(emptySketch, 0.5)).toBeNull();
});
