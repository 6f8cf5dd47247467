import { timeText } from "../time-text.ts";
import type { BreakerPhase } from "./breaker.ts";
import type { ActedOn, OpenBreaker } from "./ledger.ts";

/** Why an open breaker is, for whom it opened, and when it decides next. The text is untrusted: names of users stand in it. */
export function breakerText(phase: Exclude<BreakerPhase, { readonly type: "closed" }>): string {
  return `the breaker is open: ${causeText(phase.breaker)}; ${nextText(phase)}`;
}

function causeText({ why, grounds }: OpenBreaker): string {
  if (grounds === null) {
    if (why === "futile") return "acts did not make the sessions of their holders fewer";
    return why === "denied" ? "the server refused acts" : "nobody could see that acts worked";
  }
  const { acts, actedOn, sessionsBefore, sessionsAfter } = grounds;
  const count = acts === 1 ? "1 act" : `${acts} acts`;
  const who = whoText(actedOn);
  if (why === "futile")
    return `${count} did not make the sessions of ${who} fewer (${sessionsBefore} before, ${sessionsAfter} after)`;
  return why === "denied"
    ? `the server refused ${count} on ${who}`
    : `nobody could see that ${count} on ${who} worked`;
}

function whoText(actedOn: ActedOn): string {
  if (actedOn.breadth === "everybody") return "all who were acted on";
  const isOfHolder = actedOn.breadth === "holder";
  const { usename, applicationName } = isOfHolder ? actedOn.holder : actedOn.application;
  const client = isOfHolder ? `, client ${actedOn.holder.clientAddr ?? "local"}` : "";
  return `role ${usename ?? "unknown"}, application ${applicationName ?? "unknown"}${client}`;
}

function nextText(phase: Exclude<BreakerPhase, { readonly type: "closed" }>): string {
  if (phase.type === "untried") return "a dry run tries no act: only enforcing judges it";
  if (phase.type === "half_open") return "it tries one act, and no other until that one is judged";
  if (phase.type === "cooling") return `it tries one act after ${timeText(phase.untilSeconds)}`;
  const judged = phase.untilSeconds === null ? "at the next look" : `by ${timeText(phase.untilSeconds)}`;
  return `it has tried one act, which is judged ${judged}`;
}
