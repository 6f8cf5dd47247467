import { RE2JS, RE2JSSyntaxException } from "re2js";

import { closestWord } from "../closest-word.ts";
import { meantLabel } from "./meant-label.ts";

/** One condition on a session, as in Alertmanager. */
export type Matcher<Seen> = {
  readonly text: string;
  readonly label: string;
  readonly isNegated: boolean;
  /** Says no to what it cannot see, even when negated. */
  readonly matches: (seen: Seen) => boolean;
  /** Says yes to what it cannot see, even when negated: only what is seen can rule it out. */
  readonly mayMatch: (seen: Seen) => boolean;
};

/** How a field is read; `null` is not seen. */
type Field<Seen> = (seen: Seen) => string | null;

/** What matchers can be about in one place of the file. */
export type Labels<Seen> = {
  readonly fields: Readonly<Record<string, Field<Seen>>>;
  /** How the label `comment.<key>` is read; `null` where there is none. */
  readonly comment: ((key: string) => Field<Seen>) | null;
  /** Labels with few values. A matcher that fits none of them is a slip of the pen, and negated it would fit everybody. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** Labels that are known elsewhere, and why they make no sense here. */
  readonly refused: Readonly<Record<string, string>>;
};

/** Why a text is no matcher. */
export type MatcherProblem = { readonly expected: string; readonly hint: string | undefined };

/** What a text consists of that has the shape of a matcher. */
export type MatcherParts = { readonly label: string; readonly operator: string; readonly value: string };

/** What a matcher looks like, for messages. */
export const MATCHER_SHAPE = 'a matcher such as usename="app" or application_name=~"web-.*"';

const shape = /^\s*(?<label>[\w.]+)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\[^])*)"\s*$/u;

/** Reads `label`, one of `= != =~ !~`, and a value in double quotes with the escapes `\\`, `\"` and `\n`. */
export function parseMatcher<Seen>(
  text: string,
  labels: Labels<Seen>,
): { readonly matcher: Matcher<Seen> } | { readonly problem: MatcherProblem } {
  const parts = partsOf(text);
  if (parts === undefined) return { problem: { expected: MATCHER_SHAPE, hint: hintForShape(text) } };
  const { label, operator, value: wanted } = parts;
  const field = fieldOf(label, labels);
  if (typeof field !== "function") return { problem: field };
  const isWanted = operator.endsWith("~") ? compilePattern(wanted) : equals(wanted);
  if (typeof isWanted === "string") {
    return { problem: { expected: "a regular expression in RE2 syntax", hint: isWanted } };
  }
  const values = Object.hasOwn(labels.values, label) ? labels.values[label] : undefined;
  if (values !== undefined && !values.some(isWanted)) {
    const near = closestWord(wanted, values);
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    return { problem: { expected: `${label} to be one of ${values.join(", ")}`, hint } };
  }
  const isNegated = operator.startsWith("!");
  const ask =
    (unseen: boolean) =>
    (seen: Seen): boolean => {
      const value = field(seen);
      return value === null ? unseen : isWanted(value) !== isNegated;
    };
  return { matcher: { text: text.trim(), label, isNegated, matches: ask(false), mayMatch: ask(true) } };
}

/** The conjunction of matchers. None at all names nobody, so that an empty scope can never mean everybody. */
export function matchAll<Seen>(matchers: readonly Matcher<Seen>[]): (seen: Seen) => boolean {
  return (seen) => matchers.length > 0 && matchers.every((matcher) => matcher.matches(seen));
}

/** Whether all of them might match if everything were known. None at all may mean everybody: this is for protecting. */
export function mayMatchAll<Seen>(matchers: readonly Matcher<Seen>[]): (seen: Seen) => boolean {
  return (seen) => matchers.every((matcher) => matcher.mayMatch(seen));
}

/** The parts of a matcher, on whatever label; `undefined` when the text is none. */
export function partsOf(text: string): MatcherParts | undefined {
  const { label, operator, value } = shape.exec(text)?.groups ?? {};
  if (label === undefined || operator === undefined || value === undefined) return undefined;
  return { label, operator, value: unescape(value) };
}

const COMMENT = "comment.";

/** How a label is read, or why it is none. */
function fieldOf<Seen>(label: string, labels: Labels<Seen>): Field<Seen> | MatcherProblem {
  const { fields, comment } = labels;
  const field = Object.hasOwn(fields, label) ? fields[label] : undefined;
  if (field !== undefined) return field;
  if (comment === null || !label.startsWith(COMMENT)) return explainLabel(label, labels);
  const key = label.slice(COMMENT.length);
  if (/^[a-z_.]{1,32}$/u.test(key)) return comment(key);
  const expected = "a comment key of 1 to 32 lower-case letters, underscores and dots";
  return { expected, hint: undefined };
}

/** The labels of one place, in words. */
export function namesOf<Seen>({ fields, comment }: Labels<Seen>): string {
  return [...Object.keys(fields), ...(comment === null ? [] : ["comment.<key>"])].join(", ");
}

function explainLabel<Seen>(label: string, labels: Labels<Seen>): MatcherProblem {
  const { fields, refused } = labels;
  const near = meantLabel(label, Object.keys(fields));
  const guess = near === undefined ? undefined : `did you mean ${near}?`;
  const family = label.startsWith(COMMENT) ? "comment" : label;
  const hint = Object.hasOwn(refused, family) ? refused[family] : guess;
  return { expected: `a matcher on one of ${namesOf(labels)}`, hint };
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
