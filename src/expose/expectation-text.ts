import type { MarkerResult } from "../classify/expectation.ts";
import type { ExpectedSession } from "../classify/expected-sessions.ts";
import { formatAge, formatTimeLeft } from "../readable-time.ts";
import { shortened } from "./shortened.ts";
import { expectationJson, type ExpectationJson } from "./suspect-json.ts";

/** `expected for another 40m by the configuration (month end)`. The reason is the operator's. */
export function expectedText({ source, left_seconds: left, reason }: ExpectationJson): string {
  const by = source === "configuration" ? "the configuration" : `its ${source.replace("_", " ")}`;
  return `expected for another ${formatTimeLeft(left)} by ${by}${reason === null ? "" : ` (${reason})`}`;
}

/** Why one that is expected is a suspect now: nothing else makes it one. */
export function toldAllTheSame({ blocked_sessions: blocked }: { readonly blocked_sessions: number }): string {
  const waiting = blocked === 1 ? "1 session waits" : `${blocked} sessions wait`;
  return `told of all the same, because ${waiting} for it`;
}

/** What a session's own word of how long it takes is worth, in a sentence. */
export const markerTexts: Readonly<Record<MarkerResult, string>> = {
  held: "It says itself how long it takes, and that holds.",
  capped: "It says itself that it takes longer than expect_markers allows: only that much holds.",
  over: "It said itself how long it takes, and that is over. Its next statement may say so again, up to in_all.",
  malformed: "It says how long it takes in no form that is read, such as pgleash:expect=1h: that is nothing.",
  repeated: "It says two different things of how long it takes: neither holds.",
  not_allowed: "It says itself how long it takes, and expect_markers does not allow it to: that is nothing.",
};

/** More than these are counted, not named. */
const MOST_NAMED = 3;
const LONGEST_NAME = 64;

/** Who would be a suspect, and is expected to take so long, a sentence each: those first whose time is over first. Untrusted. */
export function expectedSentences(sessions: readonly ExpectedSession[]): readonly string[] {
  const soonest = sessions.toSorted((a, b) => a.expectation.leftSeconds - b.expectation.leftSeconds);
  const others = soonest.length - MOST_NAMED;
  return [
    ...soonest.slice(0, MOST_NAMED).map(({ backend: { id, usename }, kind, ageSeconds, expectation }) => {
      const role = usename === null ? "" : `, role ${shortened(usename, LONGEST_NAME)}`;
      const reason = expectation.reason === null ? null : shortened(expectation.reason, LONGEST_NAME);
      const promised = expectedText({ ...expectationJson(expectation), reason });
      return `pid ${id.pid}${role}: ${kind} for ${formatAge(ageSeconds)}, ${promised}`;
    }),
    ...(others > 0 ? [`${others} more expected to take so long`] : []),
  ];
}
