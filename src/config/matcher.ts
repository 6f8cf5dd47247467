import { RE2JS, RE2JSSyntaxException } from "re2js";

import { closestWord } from "./closest-word.ts";

/** One condition on a session, as in Alertmanager. It says no to what it cannot see, even when negated. */
export type Matcher<Seen> = { readonly text: string; readonly matches: (seen: Seen) => boolean };

/** What matchers can be about in one place of the file. */
export type Labels<Seen> = {
  /** How each label is read; `null` is not seen. */
  readonly fields: Readonly<Record<string, (seen: Seen) => string | null>>;
  /** Labels that are known elsewhere, and why they make no sense here. */
  readonly refused: Readonly<Record<string, string>>;
};

/** Why a text is no matcher. */
export type MatcherProblem = { readonly expected: string; readonly hint: string | undefined };

/** What a matcher looks like, for messages. */
export const MATCHER_SHAPE = 'a matcher such as usename="app" or application_name=~"web-.*"';

const shape = /^\s*(?<label>\w+)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\[^])*)"\s*$/u;

/** Reads `label`, one of `= != =~ !~`, and a value in double quotes with the escapes `\\`, `\"` and `\n`. */
export function parseMatcher<Seen>(
  text: string,
  labels: Labels<Seen>,
): { readonly matcher: Matcher<Seen> } | { readonly problem: MatcherProblem } {
  const { label, operator, value: quoted } = shape.exec(text)?.groups ?? {};
  if (label === undefined || quoted === undefined) {
    return { problem: { expected: MATCHER_SHAPE, hint: hintForShape(text) } };
  }
  const field = Object.hasOwn(labels.fields, label) ? labels.fields[label] : undefined;
  if (field === undefined) return { problem: explainLabel(label, labels) };
  const isPattern = operator?.endsWith("~") === true;
  const isWanted = isPattern ? compilePattern(unescape(quoted)) : equals(unescape(quoted));
  if (typeof isWanted === "string") {
    return { problem: { expected: "a regular expression in RE2 syntax", hint: isWanted } };
  }
  const isNegated = operator?.startsWith("!") === true;
  const matches = (seen: Seen): boolean => {
    const value = field(seen);
    return value !== null && isWanted(value) !== isNegated;
  };
  return { matcher: { text: text.trim(), matches } };
}

/** The conjunction of matchers. None at all names nobody, so that an empty scope can never mean everybody. */
export function matchAll<Seen>(matchers: readonly Matcher<Seen>[]): (seen: Seen) => boolean {
  return (seen) => matchers.length > 0 && matchers.every((matcher) => matcher.matches(seen));
}

/** The label that a text is a matcher on, known or not; `undefined` when it is no matcher. */
export function labelOf(text: string): string | undefined {
  return shape.exec(text)?.groups?.["label"];
}

function explainLabel<Seen>(label: string, { fields, refused }: Labels<Seen>): MatcherProblem {
  const known = Object.keys(fields);
  const near = closestWord(label, known);
  const guess = near === undefined ? undefined : `did you mean ${near}?`;
  const hint = Object.hasOwn(refused, label) ? refused[label] : guess;
  return { expected: `a matcher on one of ${known.join(", ")}`, hint };
}

function equals(wanted: string): (seen: string) => boolean {
  return (seen) => seen === wanted;
}

/**
 * RE2 takes linear time, so no pattern can hang a look; it must match the whole text, as in Prometheus. A text in
 * the place of the function says what is wrong with the pattern.
 */
function compilePattern(pattern: string): ((seen: string) => boolean) | string {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
    return (seen) => compiled.testExact(seen);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.error;
    throw error;
  }
}

/** An unknown escape keeps its backslash, as in Alertmanager, so that `\d` needs no doubling. */
function unescape(value: string): string {
  return value.replaceAll(/\\(["\\n])/gu, (_, letter: string) => (letter === "n" ? "\n" : letter));
}

function hintForShape(text: string): string | undefined {
  if (!text.includes('"')) return "put the value in double quotes, and the whole in single quotes";
  if (/"\s*,/u.test(text)) return "write one matcher an item of the list";
  return undefined;
}
