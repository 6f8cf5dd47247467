import { rungs } from "./ladder.ts";
import type { OpenPeriod } from "./period.ts";
import type { PeriodTally } from "./period-tally.ts";

/**
 * How often a timeout of this length would have fired, each period counted as if no other had been ended: at most, and
 * what became of those sessions without it.
 */
export type Counterfactual = {
  readonly afterSeconds: number;
  readonly fired: number;
  /** At least: a period may have ended between the look that saw it last and the next one, before the timeout. */
  readonly surelyFired: number;
  /** Of `fired`, in turn: the session went on, its row was gone, nobody knows, it is still idle. */
  readonly returned: number;
  readonly vanished: number;
  readonly lostSight: number;
  readonly stillOpen: number;
  /** Of `fired`: sessions that pgleash would never end. A server's timeout spares none of them. */
  readonly onProtected: number;
};

/** What a timeout would have done at each rung from this age on: of younger periods some are not known. Pure. */
export function counterfactuals(
  tally: PeriodTally,
  open: readonly OpenPeriod[],
  fromSeconds: number,
): readonly Counterfactual[] {
  return [...rungs.entries()].flatMap(([index, afterSeconds]) => {
    if (afterSeconds < fromSeconds) return [];
    const still = open.filter(({ seenSeconds }) => seenSeconds >= afterSeconds);
    const [returned = 0, vanished = 0, lostSight = 0] = ends(tally).map(({ reached }) => reached[index]);
    const sure = ends(tally).reduce((sum, { surelyReached }) => sum + (surelyReached[index] ?? 0), 0);
    return [
      {
        afterSeconds,
        fired: returned + vanished + lostSight + still.length,
        surelyFired: sure + still.length,
        returned,
        vanished,
        lostSight,
        stillOpen: still.length,
        onProtected: (tally.isProtected[index] ?? 0) + still.filter(({ isProtected }) => isProtected).length,
      },
    ];
  });
}

function ends({ returned, vanished, lost_sight: lostSight }: PeriodTally) {
  return [returned, vanished, lostSight];
}
