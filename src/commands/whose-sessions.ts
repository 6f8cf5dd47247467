import type { Holder } from "../classify/holder.ts";
import { describeValue } from "../config/describe-value.ts";
import { matchAll, mayMatchAll, parseMatcher, type Matcher } from "../config/matcher.ts";
import { poolLabels } from "../config/matcher-labels.ts";
import type { LeakRules } from "../leak-check/run-so-far.ts";
import { ownApplicationName } from "../postgres/session.ts";
import { UsageError } from "./command.ts";

/**
 * Whose sessions are judged. Another pgleash may watch the same server: it is nobody's leak. Of a prepared transaction and of a
 * hidden session not all is known, which rules out nobody.
 */
export function whoseSessions(
  tag: string | null,
  texts: readonly string[],
): Pick<LeakRules, "isOurs" | "mayBeOurs" | "whyNobody"> {
  const matchers = texts.map(matcherOf);
  const [matches, mayMatch] = [matchAll(matchers), mayMatchAll(matchers)];
  return {
    isOurs(holder) {
      if (holder.applicationName === ownApplicationName) return false;
      const isTagged = tag === null || holder.applicationName?.startsWith(tag) === true;
      return isTagged && (matchers.length === 0 || matches(holder));
    },
    mayBeOurs(holder) {
      const { applicationName: name } = holder;
      if (name === ownApplicationName) return false;
      return (tag === null || name === null || name.startsWith(tag)) && mayMatch(holder);
    },
    whyNobody: whyNobody(tag, texts),
  };
}

/** A check that judges nobody would always be green. */
function whyNobody(tag: string | null, texts: readonly string[]): string | null {
  if (tag !== null) {
    const also = texts.length === 0 ? "" : ", see whether --match is right";
    const matches = texts.length === 0 ? "" : " and matches";
    return `none of the sessions that came was judged, since none has an application name that begins with ${tag}${matches}: have the driver take PGAPPNAME, append to it where the application sets a name of its own${also}, or name the sessions with --match alone`;
  }
  return texts.length === 0
    ? null
    : "none of the sessions that came was judged, since none matches: see whether --match names the database, role or application of the tests";
}

function matcherOf(text: string): Matcher<Holder> {
  const parsed = parseMatcher(text, poolLabels);
  if ("matcher" in parsed) return parsed.matcher;
  const { expected, hint } = parsed.problem;
  const advice = hint === undefined ? "" : ` (${hint})`;
  throw new UsageError(`--match: expected ${expected}, got ${describeValue(text)}${advice}`);
}
