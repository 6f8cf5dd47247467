import type { BreakerPhase } from "./breaker.ts";
import type { ActedOn, OpenBreaker } from "./ledger.ts";

/** Why an open breaker is, for whom it opened, and when it decides next. The text is untrusted: names of users stand in it. */
export function breakerText(phase: Exclude<BreakerPhase, { readonly type: "closed" }>): string {
  return `the breaker is open: ${causeText(phase.breaker)}; ${nextText(phase)}`;
}

function causeText({ why, grounds }: OpenBreaker): string {
  if (grounds === null)
    return why === "futile"
      ? "acts did not make the sessions of their holders fewer"
      : "nobody could see that acts worked";
  const { acts, actedOn, sessionsBefore, sessionsAfter } = grounds;
  const count = acts === 1 ? "1 act" : `${acts} acts`;
  const who = whoText(actedOn);
  return why === "futile"
    ? `${count} did not make the sessions of ${who} fewer (${sessionsBefore} before, ${sessionsAfter} after)`
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
  if (phase.type === "half_open") return "it tries one act, and no other until that one is judged";
  const time = timeOfDay(phase.untilSeconds);
  return phase.type === "cooling"
    ? `it tries one act after ${time}`
    : `it has tried one act, which is judged after ${time}`;
}

const DAY = 86_400;

/** In UTC, such as `14:35:10Z`. */
function timeOfDay(epochSeconds: number): string {
  const seconds = Math.floor(epochSeconds % DAY);
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
  return `${parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":")}Z`;
}
