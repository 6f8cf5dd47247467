import type { Breaker } from "../decide/ledger.ts";
import type { Pause } from "../decide/situation.ts";
import { formatTimeOfDay } from "./age.ts";
import { leashStateOf, type LeashState } from "./leash-state.ts";
import type { LeashReport } from "./report.ts";

/** The state of a leash in one sentence: first whether anybody is ended, then what stands in the way. The text is untrusted. */
export function leashSentence(leash: LeashReport): string {
  const state = leashStateOf(leash);
  return [switchText(state), ...obstacles(state), ...counts(state)].join("; ");
}

function switchText({ isEnforcing, mode }: LeashState): string {
  if (isEnforcing) return "enforcing";
  return mode === "dry_run"
    ? "dry run: nobody is ended"
    : "dry run in spite of mode: enforce, because --enforce is missing or the configuration could not be reloaded";
}

/** What keeps everybody from being ended. */
function obstacles(state: LeashState): readonly string[] {
  const { pause, breaker, leaseRefusal, auditFailure, isPooled, canSignal, isEnforcing } = state;
  return [
    ...(pause === null ? [] : [pauseText(pause)]),
    ...(breaker.state === "open" ? [breakerText(breaker)] : []),
    ...(auditFailure === null ? [] : [`the audit cannot be written: ${auditFailure}`]),
    ...(isEnforcing && isPooled ? ["a pooler sits in between"] : []),
    ...(isEnforcing && !isPooled && leaseRefusal !== null ? [`no lease: ${leaseRefusal}`] : []),
    ...(isEnforcing && !canSignal ? ["no grant of pg_signal_backend"] : []),
  ];
}

function counts({ announced, budget }: LeashState): readonly string[] {
  const sessions = announced === 1 ? "1 session" : `${announced} sessions`;
  const { used, limit } = budget.hour;
  return [`${used} of ${limit} acts in the last hour`, ...(announced > 0 ? [`${sessions} announced`] : [])];
}

function pauseText({ reason, untilSeconds, by }: Pause): string {
  const who = by === null ? "" : ` by ${by}`;
  const until = untilSeconds === null ? "" : ` until ${toTheMinute(untilSeconds)}`;
  return `paused${who}${until}: ${reason}`;
}

function breakerText({ sinceSeconds, why }: Extract<Breaker, { readonly state: "open" }>): string {
  const reasons = {
    futile: "acts did not make the sessions of their holder fewer",
    unconfirmed: "nobody could see that acts worked",
  } as const;
  return `the breaker is open since ${formatTimeOfDay(sinceSeconds)}: ${reasons[why]}`;
}

function toTheMinute(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
}
