import { RE2JS, RE2JSSyntaxException } from "re2js";

import type { Backend } from "../observe/snapshot.ts";
import { closestWord } from "./closest-word.ts";

/** One condition on a backend, as in Alertmanager. It says no to what it cannot see, even when negated. */
export type Matcher = { readonly text: string; readonly matches: (backend: Backend) => boolean };

/** Why a text is no matcher. */
export type MatcherProblem = { readonly expected: string; readonly hint: string | undefined };

const fields: Readonly<Record<string, (backend: Backend) => string | null>> = {
  datname: (backend) => backend.datname,
  usename: (backend) => backend.usename,
  application_name: (backend) => backend.applicationName,
  client_addr: (backend) => backend.clientAddr,
  state: (backend) => (backend.state === "unknown" ? null : backend.state),
  query_id: (backend) => backend.queryId,
};
const labels = Object.keys(fields);

/** What a matcher looks like, for messages. */
export const MATCHER_SHAPE = 'a matcher such as usename="app" or application_name=~"web-.*"';

const shape = /^\s*(?<label>\w+)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\[^])*)"\s*$/u;

/** Reads `label`, one of `= != =~ !~`, and a value in double quotes with the escapes `\\`, `\"` and `\n`. */
export function parseMatcher(
  text: string,
): { readonly matcher: Matcher } | { readonly problem: MatcherProblem } {
  const { label, operator, value } = shape.exec(text)?.groups ?? {};
  if (label === undefined || value === undefined) {
    return { problem: { expected: MATCHER_SHAPE, hint: hintForShape(text) } };
  }
  const field = Object.hasOwn(fields, label) ? fields[label] : undefined;
  if (field === undefined) {
    const near = closestWord(label, labels);
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    return { problem: { expected: `a matcher on one of ${labels.join(", ")}`, hint } };
  }
  const isPattern = operator?.endsWith("~") === true;
  const isWanted = isPattern ? compilePattern(unescape(value)) : equals(unescape(value));
  if (typeof isWanted === "string") {
    return { problem: { expected: "a regular expression in RE2 syntax", hint: isWanted } };
  }
  const isNegated = operator?.startsWith("!") === true;
  const matches = (backend: Backend): boolean => {
    const seen = field(backend);
    return seen !== null && isWanted(seen) !== isNegated;
  };
  return { matcher: { text: text.trim(), matches } };
}

/** The conjunction of matchers. None at all names nobody, so that an empty scope can never mean everybody. */
export function matchAll(matchers: readonly Matcher[]): (backend: Backend) => boolean {
  return (backend) => matchers.length > 0 && matchers.every((matcher) => matcher.matches(backend));
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
