import { breakerAfter } from "./breaker.ts";
import type { Leash } from "./leash.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Policy } from "./policy.ts";
import { sessionsOfHolder, type Situation } from "./situation.ts";

/**
 * What an earlier look left, without what no longer matters, and with the breaker as it now stands. Nothing in it is later
 * than now, so that a clock that went back, or was wrong, holds up no limit for longer than the limit itself.
 */
export function refreshed(
  leash: Leash,
  { nowSeconds, groups, openEpisodes }: Situation,
  policy: Policy,
): Leash {
  const { breaker } = leash.ledger;
  const entries = leash.ledger.entries.map((entry) =>
    entry.atSeconds > nowSeconds ? { ...entry, atSeconds: nowSeconds } : entry,
  );
  const kept = recent(entries, nowSeconds, policy);
  const sinceSeconds = Math.min(breaker.sinceSeconds, nowSeconds);
  // The breaker sees all of them: a trial may be judged only after it is too old to count for anything else.
  const ledger = { entries, breaker: { ...breaker, sinceSeconds } };
  // An episode that is gone may have been ended, or be out of sight and come back as the same: its acts still count.
  const inLedger = new Set(kept.map(({ episode }) => episode));
  return {
    ...leash,
    ledger: {
      entries: kept,
      breaker: breakerAfter(ledger, {
        nowSeconds,
        settings: policy.breaker,
        sessionsOf: (holder) => sessionsOfHolder(groups, holder),
      }),
    },
    acted: new Map([...leash.acted].filter(([key]) => openEpisodes.has(key) || inLedger.has(key))),
  };
}

const HOUR = 3600;

/** As far back as the longest limit reaches. */
function recent(
  entries: readonly LedgerEntry[],
  nowSeconds: number,
  { limits, breaker }: Policy,
): readonly LedgerEntry[] {
  const { shareWindowSeconds, coolDownSeconds } = limits;
  const reachSeconds = Math.max(HOUR, shareWindowSeconds, coolDownSeconds, breaker.windowSeconds);
  return entries.filter(({ atSeconds }) => atSeconds > nowSeconds - reachSeconds);
}
