import { addedCounts, noCounts, withPeriod, type LadderCounts } from "./ladder.ts";
import type { FinishedPeriod, PeriodEnd } from "./period.ts";
import { emptySketch, mergedSketches, withValue, type Sketch } from "./sketch.ts";

/** How long periods of one end lasted. */
export type Lengths = {
  readonly count: number;
  /** The longest, at most; exact where its session went on with one statement. 0 without any. */
  readonly longestSeconds: number;
  /** Of their lengths, at most. */
  readonly sketch: Sketch;
  /** How many lasted so long at most, and how many at least: the truth is in between. */
  readonly reached: LadderCounts;
  readonly surelyReached: LadderCounts;
};

/** What finished periods came to. Adding and merging come to the same in any order. */
export type PeriodTally = Readonly<Record<PeriodEnd, Lengths>> & {
  /** Of sessions that pgleash would never end, whatever their end. */
  readonly isProtected: LadderCounts;
};

const noLengths: Lengths = {
  count: 0,
  longestSeconds: 0,
  sketch: emptySketch,
  reached: noCounts,
  surelyReached: noCounts,
};

/** Of no periods. */
export const emptyPeriodTally: PeriodTally = {
  returned: noLengths,
  vanished: noLengths,
  lost_sight: noLengths,
  isProtected: noCounts,
};

/** With one period more. Pure. */
export function withFinished(tally: PeriodTally, period: FinishedPeriod): PeriodTally {
  const { end, atLeastSeconds, atMostSeconds, isProtected } = period;
  const { count, longestSeconds, sketch, reached, surelyReached } = tally[end];
  return {
    ...tally,
    [end]: {
      count: count + 1,
      longestSeconds: Math.max(longestSeconds, atMostSeconds),
      sketch: withValue(sketch, atMostSeconds),
      reached: withPeriod(reached, atMostSeconds),
      surelyReached: withPeriod(surelyReached, atLeastSeconds),
    },
    isProtected: isProtected ? withPeriod(tally.isProtected, atMostSeconds) : tally.isProtected,
  };
}

/** Of both together. Pure. */
export function mergedTallies(a: PeriodTally, b: PeriodTally): PeriodTally {
  return {
    returned: mergedLengths(a.returned, b.returned),
    vanished: mergedLengths(a.vanished, b.vanished),
    lost_sight: mergedLengths(a.lost_sight, b.lost_sight),
    isProtected: addedCounts(a.isProtected, b.isProtected),
  };
}

function mergedLengths(a: Lengths, b: Lengths): Lengths {
  return {
    count: a.count + b.count,
    longestSeconds: Math.max(a.longestSeconds, b.longestSeconds),
    sketch: mergedSketches(a.sketch, b.sketch),
    reached: addedCounts(a.reached, b.reached),
    surelyReached: addedCounts(a.surelyReached, b.surelyReached),
  };
}
