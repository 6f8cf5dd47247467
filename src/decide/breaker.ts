import type { Breaker, Ledger, LedgerEntry } from "./ledger.ts";
import type { BreakerSettings } from "./policy.ts";
import { holderKeyOf, type Holder } from "./target.ts";

/** What the breaker judges by. Times are epoch seconds by the server's clock. */
type Judging = {
  readonly nowSeconds: number;
  readonly settings: BreakerSettings;
  /** How many sessions a holder has now. */
  readonly sessionsOf: (holder: Holder) => number;
};

/**
 * The breaker after what was done: it opens when acts do not help, or nobody can see whether they do. Only what was
 * done counts: a dry run lowers nothing.
 */
export function breakerAfter(ledger: Ledger, { nowSeconds, settings, sessionsOf }: Judging): Breaker {
  const { breaker } = ledger;
  if (breaker.state === "open") return afterTrial(ledger, settings);
  const from = Math.max(breaker.sinceSeconds, nowSeconds - settings.windowSeconds);
  const done = ledger.entries.filter(({ mode, atSeconds }) => mode === "enforce" && atSeconds >= from);
  if (done.filter(isUnconfirmed).length >= settings.unconfirmedActs)
    return { state: "open", sinceSeconds: nowSeconds, why: "unconfirmed" };
  const isFutile = [...byHolder(done).values()].some(
    ([first, ...others]) =>
      first !== undefined &&
      others.length + 1 >= settings.futileActs &&
      sessionsOf(first.holder) >= first.holderSessions,
  );
  return isFutile ? { state: "open", sinceSeconds: nowSeconds, why: "futile" } : breaker;
}

/** Whether an open breaker has cooled down, and nobody has tried since. */
export function isHalfOpen(ledger: Ledger, nowSeconds: number, settings: BreakerSettings): boolean {
  const { breaker } = ledger;
  if (breaker.state === "closed") return false;
  const trialFrom = breaker.sinceSeconds + settings.coolDownSeconds;
  return nowSeconds >= trialFrom && trialSince(ledger, trialFrom) === undefined;
}

/** One trial closes an open breaker, or opens it anew. */
function afterTrial(ledger: Ledger, settings: BreakerSettings): Breaker {
  const { breaker } = ledger;
  const trial = trialSince(ledger, breaker.sinceSeconds + settings.coolDownSeconds);
  if (trial === undefined) return breaker;
  const sinceSeconds = trial.atSeconds;
  if (trial.outcome === "terminated" || trial.outcome === "cancelled")
    return { state: "closed", sinceSeconds };
  return { state: "open", sinceSeconds, why: "unconfirmed" };
}

function trialSince({ entries }: Ledger, fromSeconds: number): LedgerEntry | undefined {
  return entries.find(
    ({ mode, atSeconds, outcome }) =>
      mode === "enforce" && atSeconds >= fromSeconds && outcome !== "moved_on",
  );
}

/** An act without an outcome at the next decision is one that nobody saw the end of. */
function isUnconfirmed({ outcome }: LedgerEntry): boolean {
  return outcome === null || outcome === "not_confirmed" || outcome === "failed";
}

/** What worked, by whose sessions they were. */
function byHolder(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly LedgerEntry[]> {
  const found = new Map<string, LedgerEntry[]>();
  for (const entry of entries)
    if (entry.outcome === "terminated") {
      const key = holderKeyOf(entry.holder);
      found.set(key, [...(found.get(key) ?? []), entry]);
    }
  return found;
}
