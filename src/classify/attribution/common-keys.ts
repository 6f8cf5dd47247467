import { knownCommentKeys, type CommentKeys } from "./comment-keys.ts";

/** Differs from statement to statement, and so says nothing of many. */
const ofOneStatement: ReadonlySet<string> = new Set(["traceparent", "line"]);

/** What most of several sessions say: for each key the value that is said most often. */
export function commonKeys(all: readonly CommentKeys[]): CommentKeys {
  const common = new Map<string, string>();
  for (const key of knownCommentKeys) {
    if (ofOneStatement.has(key)) continue;
    const counts = new Map<string, number>();
    for (const value of all.map((keys) => keys.get(key)))
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    const [most] = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    if (most !== undefined) common.set(key, most[0]);
  }
  return common;
}
