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
  const ended = done.filter(({ outcome }) => outcome === "terminated");
  const isFutile = breadths
    .flatMap((keyOf) => [...groupedBy(keyOf, ended).values()])
    .some((acts) => acts.length >= settings.futileActs && !areFewer(acts, sessionsOf));
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

/**
 * Whose sessions are counted together: those of one holder, of all clients of an application, and of everybody who was
 * acted on. A leak that spreads over many clients comes back to each of them after one act.
 */
const breadths: readonly ((holder: Holder) => string)[] = [
  holderKeyOf,
  ({ usename, applicationName }) => JSON.stringify([usename, applicationName]),
  () => "everybody",
];

/** Whether those who were acted on have fewer sessions in all than each had before the first act on it. */
function areFewer(acts: readonly LedgerEntry[], sessionsOf: Judging["sessionsOf"]): boolean {
  const firsts = [...groupedBy(holderKeyOf, acts).values()].flatMap(([first]) => first ?? []);
  const before = firsts.reduce((sum, { holderSessions }) => sum + holderSessions, 0);
  return firsts.reduce((sum, { holder }) => sum + sessionsOf(holder), 0) < before;
}

function groupedBy(
  keyOf: (holder: Holder) => string,
  entries: readonly LedgerEntry[],
): ReadonlyMap<string, readonly LedgerEntry[]> {
  const found = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry.holder);
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return found;
}
