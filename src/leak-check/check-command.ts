import { PostgresFailure } from "../postgres/failure.ts";
import type { Child, ChildEnd } from "./child.ts";
import type { Leak } from "./leak.ts";
import type { Looks } from "./looks.ts";
import {
  afterEnd,
  afterLook,
  leaksOf,
  runFrom,
  stillOpen,
  type LeakRules,
  type RunSoFar,
} from "./run-so-far.ts";

export type CheckOptions = {
  readonly looks: Looks;
  readonly rules: LeakRules;
  /** How long sessions may stay once the command has ended. */
  readonly graceSeconds: number;
  /** Called once the server has been seen as it is without the command. */
  readonly start: () => Child;
};

/** What running a command under watch came to. */
export type Checked = {
  readonly end: ChildEnd;
  readonly leaks: readonly Leak[];
  readonly run: RunSoFar;
  /** Looks that failed while the command ran, and why the last one did. */
  readonly missed: { readonly looks: number; readonly why: string | null };
  /** Why finding nobody proves nothing; `null` where it does. */
  readonly blind: string | null;
};

/** Often enough to see what was open right before the end. */
const LOOK_EVERY_MS = 100;
/** Looks that take long are rarer: they take a fifth of the time, as long as no rest gets too long by that. */
const RESTS_PER_LOOK = 4;
const LONGEST_REST_MS = 1000;
/** One slow look must not hide whoever passes a limit soon after it. */
const RESTS_PER_LIMIT = 2;

/**
 * Runs a command to its end, and says which sessions it leaked. Ends none. Throws a `PostgresFailure`, and starts nothing, where
 * the server cannot be looked at; whatever happens later, the command is awaited.
 */
export async function checkCommand({ looks, rules, graceSeconds, start }: CheckOptions): Promise<Checked> {
  let run = runFrom(await looks.look(true));
  let missed: Checked["missed"] = { looks: 0, why: null };

  /** False where the look failed. */
  async function lookOn(asksForPrepared: boolean): Promise<boolean> {
    try {
      run = afterLook(run, await looks.look(asksForPrepared), rules);
      return true;
    } catch (error) {
      if (!(error instanceof PostgresFailure)) throw error;
      missed = { looks: missed.looks + 1, why: error.message };
      return false;
    }
  }

  const child = start();
  const end = await whileRunning(child, rules, async () => looks.isDue() && lookOn(false));
  if (end.whyNotStarted !== null) return { end, leaks: [], run, missed, blind: null };
  const missedBefore = missed;
  const before = run;
  const graceEndsMs = performance.now() + 1000 * graceSeconds;
  let isSeen = false;
  let hasLooked = false;
  for (let isOver = false; !isOver;) {
    // Who is still there is told by a look that begins once the grace is over. The server may have come back since one that failed.
    isOver = performance.now() >= graceEndsMs;
    hasLooked = await lookOn(true);
    if (hasLooked && !isSeen) run = afterEnd(before, run, rules);
    isSeen ||= hasLooked;
    if (hasLooked && stillOpen(run).length === 0) break;
    if (!isOver) await rest(Math.min(LOOK_EVERY_MS, Math.max(0, graceEndsMs - performance.now())));
  }
  const blind = hasLooked
    ? whyBlind(run, rules)
    : `the server could not be looked at once the command had ended: ${missed.why}`;
  // What the last good look saw open may be closed since.
  const leaks = hasLooked ? leaksOf(run) : [...run.leaks.values()];
  return { end, leaks, run, missed: missedBefore, blind };
}

/** Looks again and again until the command ends. A look that is under way then is waited for. */
async function whileRunning(
  child: Child,
  { heldSeconds, untouchedSeconds }: LeakRules,
  look: () => Promise<unknown>,
): Promise<ChildEnd> {
  const limitMs = 1000 * Math.min(heldSeconds, untouchedSeconds);
  const longestMs = Math.min(LONGEST_REST_MS, limitMs / RESTS_PER_LIMIT);
  let restMs = LOOK_EVERY_MS;
  for (;;) {
    const end = await Promise.race([child.ended, rest(restMs)]);
    if (end !== undefined) return end;
    const begunMs = performance.now();
    // Whatever goes wrong with us, the command goes on to its end.
    await look().catch(async (error: unknown) => {
      await child.ended;
      throw error;
    });
    const tookMs = performance.now() - begunMs;
    restMs = Math.max(LOOK_EVERY_MS, Math.min(RESTS_PER_LOOK * tookMs, longestMs));
  }
}

function rest(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), milliseconds);
  });
}

function whyBlind(
  { mostUnseen: { hidden, untracked }, sessionsCut, sessionsSeen, strangersSeen }: RunSoFar,
  { whyNobody }: LeakRules,
): string | null {
  if (hidden > 0)
    return "sessions that may be the command's are hidden from our role: grant it pg_monitor, connect as the role of the tests, or rule out the others with --match";
  if (untracked > 0)
    return "nobody can say what sessions do that may be the command's: their track_activities is off";
  if (sessionsCut > 0) return `the server has ${sessionsCut} more sessions than one look can read`;
  return sessionsSeen === 0 && strangersSeen > 0 ? whyNobody : null;
}
