import { futileGrounds, groundsAfterTrial, groundsOfAll, type LeaksOf, type SessionsOf } from "./grounds.ts";
import type { Breaker, Ledger, LedgerEntry, OpenBreaker } from "./ledger.ts";
import type { BreakerSettings } from "./policy.ts";
import { modeOf, type Situation } from "./situation.ts";

/** What the breaker judges by. Times are epoch seconds by the server's clock. */
type Judging = {
  readonly nowSeconds: number;
  readonly settings: BreakerSettings;
  readonly sessionsOf: SessionsOf;
  readonly leaksOf: LeaksOf;
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
 * judged; `untried` in a dry run, whose acts show nothing. Times are epoch seconds by the server's clock, and `null` for a
 * trial that the next look judges.
 */
export type BreakerPhase =
  | { readonly type: "closed" }
  | { readonly type: "cooling"; readonly untilSeconds: number; readonly breaker: OpenBreaker }
  | { readonly type: "half_open"; readonly breaker: OpenBreaker }
  | { readonly type: "untried"; readonly breaker: OpenBreaker }
  | { readonly type: "on_trial"; readonly untilSeconds: number | null; readonly breaker: OpenBreaker };

/** The phase in which a breaker that was judged at this look is. */
export function breakerPhase(
  ledger: Ledger,
  situation: Pick<Situation, "nowSeconds" | "permits">,
  settings: BreakerSettings,
): BreakerPhase {
  const { breaker } = ledger;
  const { nowSeconds } = situation;
  if (breaker.state === "closed") return { type: "closed" };
  const trial = trialOf(breaker, ledger, settings);
  if (trial !== undefined) {
    const { untilSeconds } = judgedWithin(trial, settings);
    // One whose outcome is not known yet may still turn out to have worked.
    const isBySessions = breaker.why === "futile" && (trial.outcome === null || hasWorked(trial));
    const isWaitedFor = isBySessions && nowSeconds < untilSeconds;
    return { type: "on_trial", untilSeconds: isWaitedFor ? untilSeconds : null, breaker };
  }
  if (modeOf(situation) === "dry_run") return { type: "untried", breaker };
  const untilSeconds = trialFromSeconds(breaker, settings);
  return nowSeconds < untilSeconds
    ? { type: "cooling", untilSeconds, breaker }
    : { type: "half_open", breaker };
}

/**
 * One trial closes an open breaker, or opens it anew. That it worked is all there is to see where nobody could see whether
 * acts work. Where acts were futile, so may be one that worked, a cancel too: sessions must have become fewer; and one that
 * did not work says nothing of that, so that the breaker stays futile.
 */
function afterTrial(
  breaker: OpenBreaker,
  trial: LedgerEntry | undefined,
  { nowSeconds, settings, sessionsOf, leaksOf }: Judging,
): Breaker {
  if (trial === undefined) return breaker;
  const { atSeconds: sinceSeconds, outcome } = trial;
  if (!hasWorked(trial)) {
    if (breaker.why === "futile") return { ...breaker, sinceSeconds };
    const why = outcome === "denied" ? "denied" : "unconfirmed";
    return opened(why, { sinceSeconds, grounds: groundsOfAll([trial], sessionsOf) });
  }
  if (breaker.why !== "futile") return { state: "closed", sinceSeconds };
  const { fromSeconds, untilSeconds } = judgedWithin(trial, settings);
  if (nowSeconds < fromSeconds) return breaker;
  const grounds = groundsAfterTrial(breaker.grounds, trial, { sessionsOf, leaksOf });
  if (grounds !== null) return opened("futile", { sinceSeconds: nowSeconds, grounds });
  return nowSeconds < untilSeconds ? breaker : { state: "closed", sinceSeconds: nowSeconds };
}

/**
 * When a trial is judged by the sessions: they must be fewer at each look of the second half of the window. What goes up
 * and down by chance is up again at one of these looks, however wide it swings, while a margin wide enough for that would
 * hide the one session that was ended. In the first half what was ended, or leaks, has time to come back, and what was
 * cancelled to go.
 */
function judgedWithin(
  { atSeconds }: LedgerEntry,
  { windowSeconds }: BreakerSettings,
): { readonly fromSeconds: number; readonly untilSeconds: number } {
  return { fromSeconds: atSeconds + windowSeconds / 2, untilSeconds: atSeconds + windowSeconds };
}

function hasWorked({ outcome }: LedgerEntry): boolean {
  return outcome === "terminated" || outcome === "cancelled";
}

function trialFromSeconds({ sinceSeconds }: OpenBreaker, { coolDownSeconds }: BreakerSettings): number {
  return sinceSeconds + coolDownSeconds;
}

/** The first act since an open breaker has cooled down. A session that had moved on was not touched. */
export function trialOf(
  breaker: Breaker,
  { entries }: Pick<Ledger, "entries">,
  settings: BreakerSettings,
): LedgerEntry | undefined {
  if (breaker.state === "closed") return undefined;
  const fromSeconds = trialFromSeconds(breaker, settings);
  return entries.find(
    ({ mode, atSeconds, outcome }) =>
      mode === "enforce" && atSeconds >= fromSeconds && outcome !== "moved_on",
  );
}

/** Whether nobody saw an act work. One without an outcome at the next decision is one that nobody saw the end of. */
export function isUnconfirmed({ outcome }: LedgerEntry): boolean {
  return outcome === null || outcome === "not_confirmed" || outcome === "failed";
}

function opened(why: OpenBreaker["why"], when: Pick<OpenBreaker, "sinceSeconds" | "grounds">): OpenBreaker {
  return { state: "open", why, ...when };
}
