import type { Backend, StatementText } from "../observe/snapshot.ts";
import { commentsOfStatement, valuesOfStatement } from "./attribution/statement.ts";

/** Where a session may say how long it takes. */
export type MarkerSource = "application_name" | "comment";

/** What a session says of how long it takes: a duration, or what is wrong with it. */
export type Marker = { readonly source: MarkerSource } & (
  | { readonly seconds: number }
  | { readonly problem: "malformed" | "repeated" }
);

/** The key of a comment, `pgleash:expect=1h` or `pgleash='expect=1h'`, and the beginning of a word in an application name. */
export const MARKER_KEY = "pgleash";
const EXPECT = "expect=";
/** What is kept of one that is only meant: no marker either, and told of as one. */
const MEANT = "expects=?";
const WORD = `${MARKER_KEY}:${EXPECT}`;

const unitSeconds = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
]);

/**
 * One number and one unit. An application name is cut at 63 bytes: of `90m` is left what has no unit, where of `1h30m`, or
 * of `100ms`, something else would be left that reads as a duration.
 */
const duration = /^(\d{1,6})([smhd])$/;

/**
 * What a session says of how long it takes; `null` where it says nothing. The comment of its last statement counts, and the
 * application name only where that has none. Untrusted text: what is malformed, or says two different things, is no duration.
 */
export function markerOf({
  statement,
  state,
  applicationName,
}: Pick<Backend, "statement" | "state" | "applicationName">): Marker | null {
  // A fastpath call shows the statement before it.
  const said =
    statement === null || state === "fastpath function call" ? [] : durationTexts(statementSays(statement));
  if (said.length > 0) return markerSaying("comment", said);
  const words = (applicationName ?? "").split(" ").filter((word) => word.startsWith(WORD));
  const named = [...new Set(words.map((word) => word.slice(WORD.length)))];
  if (named.length > 0) return markerSaying("application_name", named);
  // Only behind what is read: what merely looks like a marker must take none away.
  if (statement !== null && state !== "fastpath function call" && isMeantIn(statement))
    return { source: "comment", problem: "malformed" };
  return meant.test(applicationName ?? "") ? { source: "application_name", problem: "malformed" } : null;
}

/** Text that means to be a marker, in whatever form. It is never believed, only told of. */
const meant = /(?<!\w)pgleash[\s:='"._/-]{1,4}expect/i;

function isMeantIn(statement: StatementText): boolean {
  // Most statements are not even taken apart, here neither.
  const isNamed = meant.test(statement.head) || meant.test(statement.tail ?? "");
  return isNamed && commentsOfStatement(statement).some((comment) => meant.test(comment));
}

/** What a statement says of that, fit to be kept, and read the same: what is no duration may be anything. */
export function keptMarkers(statement: StatementText): readonly string[] {
  const [text, ...others] = durationTexts(statementSays(statement));
  if (text === undefined) return isMeantIn(statement) ? [MEANT] : [];
  if (others.length > 0) return [`${EXPECT}?`, `${EXPECT}??`];
  return [EXPECT + (duration.test(text) ? text : "?")];
}

/** Most statements are not even taken apart: they do not name us. */
function statementSays(statement: StatementText): readonly string[] {
  const { head, tail } = statement;
  const isNamed = head.includes(MARKER_KEY) || tail?.includes(MARKER_KEY) === true;
  return isNamed ? valuesOfStatement(statement, MARKER_KEY) : [];
}

function durationTexts(values: readonly string[]): readonly string[] {
  return values.filter((value) => value.startsWith(EXPECT)).map((value) => value.slice(EXPECT.length));
}

function markerSaying(source: MarkerSource, texts: readonly string[]): Marker {
  const [text = "", ...others] = texts;
  if (others.length > 0) return { source, problem: "repeated" };
  const [, count, unit = ""] = duration.exec(text) ?? [];
  const seconds = Number(count) * (unitSeconds.get(unit) ?? Number.NaN);
  return seconds > 0 ? { source, seconds } : { source, problem: "malformed" };
}
