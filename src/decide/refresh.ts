import { afterClockJump } from "./clock-jump.ts";
import { breakerAfter, trialOf } from "./breaker.ts";
import type { Leash } from "./leash.ts";
import type { Breaker, LedgerEntry } from "./ledger.ts";
import { reachOf, type Policy } from "./policy.ts";
import { leaksOfHolder, sessionsOfHolder, type Situation } from "./situation.ts";

/**
 * What an earlier look left, without what no longer matters, and with the breaker as it now stands. Its times follow a clock
 * that jumped. Nothing in it is later than now, so that a clock that was wrong before this process began holds up no limit
 * for longer than the limit itself.
 */
export function refreshed(
  leash: Leash,
  { nowSeconds, groups, openEpisodes, isTrusted, clockJumpSeconds, permits }: Situation,
  policy: Policy,
): Leash {
  const { ledger } = afterClockJump(leash, clockJumpSeconds);
  const known: Breaker = {
    ...ledger.breaker,
    sinceSeconds: Math.min(ledger.breaker.sinceSeconds, nowSeconds),
  };
  const entries = ledger.entries.map((entry) =>
    entry.atSeconds > nowSeconds ? { ...entry, atSeconds: nowSeconds } : entry,
  );
  // After a restart or a failover sessions are fewer, whatever was done: such a look proves nothing.
  const breaker = isTrusted
    ? breakerAfter(
        { entries, breaker: known },
        {
          nowSeconds,
          settings: policy.breaker,
          sessionsOf: (holder) => sessionsOfHolder(groups, holder),
          leaksOf: (holder) => leaksOfHolder(openEpisodes, holder),
        },
      )
    : known;
  // A trial may be judged only after it is too old to count for anything else.
  const trial = trialOf(breaker, { entries }, policy.breaker);
  const isRecent = recently(nowSeconds, policy);
  // How far the clock jumped is known but for the time that a reply takes: the next look forgets what is over.
  const hasJumped = clockJumpSeconds !== 0;
  const kept = entries.filter((entry) => hasJumped || entry === trial || isRecent(entry));
  // An episode that is gone may have been ended, or be out of sight and come back as the same: its acts still count.
  const inLedger = new Set(kept.map(({ episode }) => episode));
  return {
    ...leash,
    ledger: { entries: kept, breaker },
    acted: new Map(
      [...leash.acted].filter(
        ([key, { outcome }]) =>
          (openEpisodes.has(key) || inLedger.has(key)) &&
          // Without the grant nothing was sent: once it is back, the session is as if nobody had tried.
          (outcome !== "denied" || permits.canSignal),
      ),
    ),
  };
}

function recently(nowSeconds: number, policy: Policy): (entry: LedgerEntry) => boolean {
  const reachSeconds = reachOf(policy);
  return ({ atSeconds }) => atSeconds > nowSeconds - reachSeconds;
}
