/**
 * Durations, in seconds, as one writes them into a configuration, from 10 s to a week. Periods are counted at each of them,
 * so that what a timeout would have done is counted, and not estimated.
 */
export const rungs = [
  10, 15, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 14400, 21600,
  28800, 43200, 86400, 172800, 259200, 604800,
] as const;

/** How many periods lasted at least as long as each rung, in the order of the rungs. */
export type LadderCounts = readonly number[];

/** Of no periods. */
export const noCounts: LadderCounts = rungs.map(() => 0);

/** With one period more. Pure. */
export function withPeriod(counts: LadderCounts, seconds: number): LadderCounts {
  return counts.map((count, index) => count + (seconds >= (rungs[index] ?? Infinity) ? 1 : 0));
}

/** Of both together. Pure. */
export function addedCounts(a: LadderCounts, b: LadderCounts): LadderCounts {
  return a.map((count, index) => count + (b[index] ?? 0));
}

/** The first rung that is not below; `null` where even the last one is. Pure. */
export function rungFrom(seconds: number): number | null {
  return rungs.find((rung) => rung >= seconds) ?? null;
}
