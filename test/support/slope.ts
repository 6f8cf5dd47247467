/** A point of a line: where, and how much. */
export type Point = readonly [x: number, y: number];

/**
 * How much `y` grows with `x`: the median of the slopes between all pairs of points (Theil and Sen), which a few points that are
 * far off do not move.
 */
export function slopeOf(points: readonly Point[]): number {
  const slopes = points.flatMap(([x, y], index) =>
    points.slice(index + 1).map(([laterX, laterY]) => (laterY - y) / (laterX - x)),
  );
  const sorted = slopes.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
