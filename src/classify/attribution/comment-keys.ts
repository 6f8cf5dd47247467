import { tokens } from "./tokens.ts";

/** What an application says about itself in a comment of its statement: `route` → `/checkout`. Untrusted text. */
export type CommentKeys = ReadonlyMap<string, string>;

/** What the common libraries write and people ask for. Any other key is read only where the configuration names it. */
export const knownCommentKeys: ReadonlySet<string> = new Set([
  "application",
  "app_name",
  "service.name",
  "framework",
  "route",
  "controller",
  "action",
  "job",
  "db_driver",
  "traceparent",
  "file",
  "line",
]);

const MAX_VALUE_LENGTH = 200;

/**
 * The keys in the comments of a statement, wherever a comment stands: sqlcommenter's `key='value'` (a URL-encoded value)
 * and the `key:value` of marginalia and Rails. What comes first holds, so that a statement that is cut off gives some
 * of the pairs of the whole one and never others. Of keys that are not known only the `configured` ones are read:
 * whatever else an application writes there may be anybody's data.
 */
export function commentKeys(text: string, configured: readonly string[]): CommentKeys {
  const keys = new Map<string, string>();
  for (const pair of wholePairs(text)) {
    const isWanted = knownCommentKeys.has(pair.key) || configured.includes(pair.key);
    if (isWanted) admit(keys, pair);
  }
  return keys;
}

/** All that the comments of a statement say under one key, as it is written, each text once: nothing is left out or cut. */
export function commentValues(text: string, key: string): readonly string[] {
  const said = [...wholePairs(text)].filter((pair) => pair.key === key);
  return [...new Set(said.map(({ value }) => value))];
}

/** The pairs of every comment that are there as a whole, be the comment cut off behind them. */
function* wholePairs(text: string): Generator<Pair, void, undefined> {
  if (!text.includes("/*")) return;
  for (const { kind, start, end, isComplete } of tokens(text)) {
    if (kind !== "block_comment") continue;
    for (const pair of pairs(text.slice(start + 2, isComplete ? end - 2 : end)))
      if (pair.isBounded || isComplete) yield pair;
  }
}

/** `isBounded`: something shows where the value ends, other than the end of the comment. */
type Pair = { readonly key: string; readonly value: string; readonly isBounded: boolean };

/** The pairs of a comment up to the first thing that is none: a comment in prose has no pairs. */
function* pairs(comment: string): Generator<Pair, void, undefined> {
  for (let at = 0; ;) {
    const key = match(/\s*([^\s=:,']{1,100})(=(?=')|:(?=\S))/y, comment, at);
    if (key === null) return;
    const isQuoted = comment[key.end] === "'";
    // A bare value may hold colons and blanks, and ends at a comma.
    const found = match(isQuoted ? /'([^'\\]*(?:\\[^][^'\\]*)*)'/y : /([^,]+)/y, comment, key.end);
    if (found === null) return;
    const comma = match(/\s*,()/y, comment, found.end);
    const value = isQuoted ? unescaped(found.text) : found.text.trimEnd();
    yield { key: percentDecoded(key.text), value, isBounded: isQuoted || comma !== null };
    if (comma === null) return;
    at = comma.end;
  }
}

function match(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly text: string; readonly end: number } | null {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found?.[1] === undefined ? null : { text: found[1], end: pattern.lastIndex };
}

function unescaped(value: string): string {
  return percentDecoded(value.replace(/\\(['\\])/g, "$1"));
}

/** Drivers that format with `%` double it. What is not UTF-8 stays as it was written. */
function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  return text.replaceAll("%%", "%").replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded; // Malformed: nothing that another function could do better.
    }
  });
}

function admit(keys: Map<string, string>, { key, value }: Pair): void {
  if (value === "" || keys.has(key) || /\p{Cc}/u.test(value)) return;
  if (key === "traceparent" && !/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(value)) return;
  // Not half of a character at the bound.
  keys.set(key, value.slice(0, MAX_VALUE_LENGTH).replace(/[\ud800-\udbff]$/, ""));
}
