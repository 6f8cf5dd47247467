/** A figure over several repetitions. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** The value below which this share of the values lies (nearest rank); `NaN` without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two middle ones; `NaN` without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The ratios of two figures that were measured side by side: repetition by repetition, so that a busy minute hits both. */
export function ratios(above: readonly number[], below: readonly number[]): readonly number[] {
  const pairs = Math.min(above.length, below.length);
  return above.slice(0, pairs).map((value, index) => value / (below[index] ?? Number.NaN));
}

/** A straight line through values at even distances: how much it rises from one to the next, and the standard error of that. */
export type Line = { readonly slope: number; readonly slopeError: number };

/** By least squares. Needs three values. */
export function lineThrough(values: readonly number[]): Line {
  const count = values.length;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [rise, run] = [0, 0];
  for (const [index, value] of values.entries()) {
    rise += (index - middle) * (value - mean);
    run += (index - middle) ** 2;
  }
  const slope = rise / run;
  const left = values.map((value, index) => (value - mean - slope * (index - middle)) ** 2);
  const variance = left.reduce((sum, value) => sum + value, 0) / (count - 2);
  return { slope, slopeError: Math.sqrt(variance / run) };
}
