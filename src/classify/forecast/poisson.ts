import type { Interval } from "./interval.ts";

/** The 95th percentile of the standard normal distribution; the 5th is its negative. */
const NORMAL_95 = 1.6448536269514722;

/** What was seen of a Poisson process. The events need not be whole: several processes may stand for one. */
export type Observed = { readonly events: number; readonly overSeconds: number };

/**
 * What stands for several Poisson processes (one at least) together, each of which was seen for a time of its own.
 *
 * The rate is the sum of the rates, and it is as uncertain: so many events in such a time give the same rate with the
 * same variance (Fay and Feuer, 1997). Processes seen for the same time simply add up, and one stays what it is.
 */
export function summed(observed: readonly Observed[]): Observed {
  const sum = (value: (one: Observed) => number): number =>
    observed.reduce((total, one) => total + value(one), 0);
  const rate = sum(({ events, overSeconds }) => events / overSeconds);
  const variance = sum(({ events, overSeconds }) => events / overSeconds ** 2);
  return { events: rate ** 2 / variance, overSeconds: rate / variance };
}

/**
 * The rate of a Poisson process, per second, that showed this many events in `overSeconds` (> 0).
 *
 * Garwood's interval (1936): half the chi-square quantiles at 2n and 2n + 2 degrees of freedom, over the time. The
 * quantiles are Wilson and Hilferty's (1931): from five events on the bounds are within 0.3 % of the exact ones, and
 * with fewer they are too low.
 */
export function eventRate(events: number, overSeconds: number): Interval {
  return {
    estimate: events / overSeconds,
    lower: chiSquareQuantile(2 * events, -NORMAL_95) / (2 * overSeconds),
    upper: chiSquareQuantile(2 * events + 2, NORMAL_95) / (2 * overSeconds),
  };
}

/**
 * Seconds until `events` more of a Poisson process that showed `observed.events` in `observed.overSeconds`.
 *
 * A prediction interval: it covers the time itself, which is random too, and not only its mean. That time over the
 * observed time is a ratio of two Gamma variables, so its quantiles are those of F with 2k and 2n + 1 degrees of
 * freedom. They are Paulson's (1942): from five events on, on either side, within 0.3 % of the exact ones. With one
 * event to come, the lower bound is 23 % too low. Nothing observed bounds nothing from above.
 */
export function timeUntil(events: number, observed: Observed): Interval {
  if (events === 0) return { estimate: 0, lower: 0, upper: 0 };
  const freedom = { above: 2 * events, below: 2 * observed.events + 1 };
  const scaleSeconds = (freedom.above / freedom.below) * observed.overSeconds;
  const lower = scaleSeconds * fQuantile(freedom, -NORMAL_95);
  if (observed.events === 0) return { estimate: Infinity, lower, upper: Infinity };
  return {
    estimate: (events * observed.overSeconds) / observed.events,
    lower,
    upper: scaleSeconds * fQuantile(freedom, NORMAL_95),
  };
}

/** Wilson and Hilferty: the cube root of a chi-square variable is nearly normal. */
function chiSquareQuantile(freedom: number, normalQuantile: number): number {
  const variance = 2 / (9 * freedom);
  return freedom * Math.max(0, 1 - variance + normalQuantile * Math.sqrt(variance)) ** 3;
}

/** Paulson: so the cube root of F is nearly a ratio of two normals, and its quantile the root of a quadratic. */
function fQuantile(
  freedom: { readonly above: number; readonly below: number },
  normalQuantile: number,
): number {
  const above = 2 / (9 * freedom.above);
  const below = 2 / (9 * freedom.below);
  const square = (1 - below) ** 2 - normalQuantile ** 2 * below;
  const linear = (1 - above) * (1 - below);
  const constant = (1 - above) ** 2 - normalQuantile ** 2 * above;
  const root = linear + Math.sign(normalQuantile) * Math.sqrt(linear ** 2 - square * constant);
  return Math.max(0, root / square) ** 3;
}
