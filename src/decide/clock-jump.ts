import type { Leash } from "./leash.ts";
import { emptyLedger } from "./ledger.ts";

/**
 * The leash once the server's clock has gone ahead by so many seconds, or back: what was done stays as long ago as it was.
 * The first decision after a jump withdraws all announcements, and so their times need not follow. Pure.
 */
export function afterClockJump(leash: Leash, aheadSeconds: number): Leash {
  if (aheadSeconds === 0) return leash;
  const { entries, breaker } = leash.ledger;
  const moved = entries.map((entry) => ({ ...entry, atSeconds: entry.atSeconds + aheadSeconds }));
  const { sinceSeconds } = breaker;
  // One that never opened has no time that could be wrong.
  const isNew = sinceSeconds === emptyLedger.breaker.sinceSeconds;
  return {
    ...leash,
    ledger: {
      entries: moved,
      breaker: isNew ? breaker : { ...breaker, sinceSeconds: sinceSeconds + aheadSeconds },
    },
  };
}
