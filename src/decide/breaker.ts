import { futileGrounds, groundsOfAll, type SessionsOf } from "./grounds.ts";
import type { Breaker, Ledger, LedgerEntry, OpenBreaker } from "./ledger.ts";
import type { BreakerSettings } from "./policy.ts";

/** What the breaker judges by. Times are epoch seconds by the server's clock. */
type Judging = {
  readonly nowSeconds: number;
  readonly settings: BreakerSettings;
  readonly sessionsOf: SessionsOf;
};

/**
 * The breaker after what was done: it opens when acts do not help, or nobody can see whether they do. Only what was
 * done counts: a dry run lowers nothing.
 */
export function breakerAfter(ledger: Ledger, judging: Judging): Breaker {
  const { breaker } = ledger;
  if (breaker.state === "open")
    return afterTrial(breaker, trialOf(breaker, ledger, judging.settings), judging);
  const { nowSeconds, settings, sessionsOf } = judging;
  const from = Math.max(breaker.sinceSeconds, nowSeconds - settings.windowSeconds);
  const done = ledger.entries.filter(({ mode, atSeconds }) => mode === "enforce" && atSeconds >= from);
  const unconfirmed = done.filter(isUnconfirmed);
  if (unconfirmed.length >= settings.unconfirmedActs)
    return opened("unconfirmed", {
      sinceSeconds: nowSeconds,
      grounds: groundsOfAll(unconfirmed, sessionsOf),
    });
  const ended = done.filter(({ outcome }) => outcome === "terminated");
  const grounds = futileGrounds(ended, { leastActs: settings.futileActs, sessionsOf });
  return grounds === null ? breaker : opened("futile", { sinceSeconds: nowSeconds, grounds });
}

/**
 * Where a breaker stands: `cooling` until it tries one act, `half_open` while it does, and `on_trial` until that act is
 * judged. Times are epoch seconds by the server's clock.
 */
export type BreakerPhase =
  | { readonly type: "closed" }
  | { readonly type: "cooling" | "on_trial"; readonly untilSeconds: number; readonly breaker: OpenBreaker }
  | { readonly type: "half_open"; readonly breaker: OpenBreaker };

/** The phase in which a breaker that was judged at this look is. Times are epoch seconds by the server's clock. */
export function breakerPhase(ledger: Ledger, nowSeconds: number, settings: BreakerSettings): BreakerPhase {
  const { breaker } = ledger;
  if (breaker.state === "closed") return { type: "closed" };
  const trial = trialOf(breaker, ledger, settings);
  if (trial !== undefined)
    return { type: "on_trial", untilSeconds: judgedSeconds(breaker, trial, settings), breaker };
  const untilSeconds = trialFromSeconds(breaker, settings);
  return nowSeconds < untilSeconds
    ? { type: "cooling", untilSeconds, breaker }
    : { type: "half_open", breaker };
}

/**
 * One trial closes an open breaker, or opens it anew. That it worked is all there is to see where nobody could see whether
 * acts work. Where acts were futile, so may be one that worked, a cancel too: sessions must have become fewer.
 */
function afterTrial(
  breaker: OpenBreaker,
  trial: LedgerEntry | undefined,
  { nowSeconds, settings, sessionsOf }: Judging,
): Breaker {
  if (trial === undefined) return breaker;
  const { atSeconds, outcome } = trial;
  if (outcome !== "terminated" && outcome !== "cancelled")
    return opened("unconfirmed", { sinceSeconds: atSeconds, grounds: groundsOfAll([trial], sessionsOf) });
  if (breaker.why === "unconfirmed") return { state: "closed", sinceSeconds: atSeconds };
  if (nowSeconds < judgedSeconds(breaker, trial, settings)) return breaker;
  const grounds = futileGrounds([trial], { leastActs: 1, sessionsOf });
  if (grounds === null) return { state: "closed", sinceSeconds: nowSeconds };
  return opened("futile", { sinceSeconds: nowSeconds, grounds });
}

/**
 * When a trial is judged. A pool takes a while to open a new session for one that was ended, and a leak to leak it: one
 * window is the time within which acts are judged together, so that whatever they are taken to be futile by has had time
 * to come back. What became of the act itself is known at once.
 */
function judgedSeconds(
  { why }: OpenBreaker,
  { atSeconds }: LedgerEntry,
  { windowSeconds }: BreakerSettings,
): number {
  return why === "futile" ? atSeconds + windowSeconds : atSeconds;
}

function trialFromSeconds({ sinceSeconds }: OpenBreaker, { coolDownSeconds }: BreakerSettings): number {
  return sinceSeconds + coolDownSeconds;
}

/** The first act since an open breaker has cooled down. A session that had moved on was not touched. */
function trialOf(
  breaker: OpenBreaker,
  { entries }: Ledger,
  settings: BreakerSettings,
): LedgerEntry | undefined {
  const fromSeconds = trialFromSeconds(breaker, settings);
  return entries.find(
    ({ mode, atSeconds, outcome }) =>
      mode === "enforce" && atSeconds >= fromSeconds && outcome !== "moved_on",
  );
}

/** An act without an outcome at the next decision is one that nobody saw the end of. */
function isUnconfirmed({ outcome }: LedgerEntry): boolean {
  return outcome === null || outcome === "not_confirmed" || outcome === "failed";
}

function opened(why: OpenBreaker["why"], when: Pick<OpenBreaker, "sinceSeconds" | "grounds">): OpenBreaker {
  return { state: "open", why, ...when };
}
