import { breakerText } from "../decide/breaker-text.ts";
import type { Pause } from "../decide/situation.ts";
import { timeText } from "../time-text.ts";
import { leashStateOf, type LeashState } from "./leash-state.ts";
import type { LeashReport } from "./report.ts";

/** What the sentence needs beside the leash. */
export type SentenceOptions = {
  /** The flag `--enforce`. */
  readonly isEnforceFlagged: boolean;
};

/** The state of a leash in phrases. The text is untrusted. */
export type LeashPhrases = {
  /** Whether anybody is ended. */
  readonly mode: string;
  /** What keeps everybody from being ended. */
  readonly obstacles: readonly string[];
  /** What was done lately, and what is announced. */
  readonly counts: readonly string[];
};

/** The state of a leash, phrase by phrase. */
export function leashPhrases(leash: LeashReport, options: SentenceOptions): LeashPhrases {
  const state = leashStateOf(leash);
  return { mode: modeText(state, options), obstacles: obstaclesOf(state), counts: countsOf(state) };
}

/** The state of a leash in one sentence: first whether anybody is ended, then what stands in the way. The text is untrusted. */
export function leashSentence(leash: LeashReport, options: SentenceOptions): string {
  const { mode, obstacles, counts } = leashPhrases(leash, options);
  return [mode, ...obstacles, ...counts].join("; ");
}

function modeText({ isEnforcing, mode }: LeashState, { isEnforceFlagged }: SentenceOptions): string {
  if (isEnforcing) return "enforcing";
  const causes = [
    ...(mode === "dry_run" ? ["the file says mode: dry_run"] : []),
    ...(isEnforceFlagged ? [] : ["--enforce was not given"]),
  ];
  // Both switches are on, so a bad file holds them back until a good one comes.
  if (causes.length === 0)
    return "held back, because the configuration could not be reloaded: nobody is ended";
  return `dry run, because ${causes.join(" and ")}: nobody is ended`;
}

function obstaclesOf(state: LeashState): readonly string[] {
  const { pause, breaker, breakerPhase, leaseRefusal, auditFailure, isPooled, canSignal, isEnforcing } =
    state;
  return [
    ...(pause === null ? [] : [pauseText(pause)]),
    ...(breakerPhase.type === "closed"
      ? []
      : [breakerText(breakerPhase), `it opened at ${timeText(breaker.sinceSeconds)}`]),
    ...(auditFailure === null ? [] : [`the audit does not work: ${auditFailure}`]),
    ...(isEnforcing && isPooled ? ["a pooler sits in between"] : []),
    ...(isEnforcing && !isPooled && leaseRefusal !== null ? [`no lease: ${leaseRefusal}`] : []),
    ...(isEnforcing && !canSignal ? ["no grant of pg_signal_backend"] : []),
  ];
}

function countsOf({ announced, budget, isEnforcing, enforcedActs }: LeashState): readonly string[] {
  const sessions = announced === 1 ? "1 session" : `${announced} sessions`;
  const { used, limit } = budget.hour;
  const acts = isEnforcing ? "acts" : "would-be acts";
  return [
    `${used} of ${limit} ${acts} in the last hour`,
    // Whoever holds it back wants to know what it did before.
    ...(isEnforcing || enforcedActs === 0
      ? []
      : [`before that ${enforcedActs} real ${enforcedActs === 1 ? "act" : "acts"}`]),
    ...(announced > 0 ? [`${sessions} announced`] : []),
  ];
}

function pauseText({ reason, untilSeconds, by }: Pause): string {
  const who = by === null ? "" : ` by ${by}`;
  const until = untilSeconds === null ? "" : ` until ${toTheMinute(untilSeconds)}`;
  return `paused${who}${until}: ${reason}`;
}

function toTheMinute(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
}
