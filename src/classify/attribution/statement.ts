import type { StatementText } from "../../observe/snapshot.ts";
import { commentKeys, commentValues, type CommentKeys } from "./comment-keys.ts";
import { tokens } from "./tokens.ts";
import { redact } from "./redact.ts";

/** A comment that ends the statement, but for a semicolon, and neither holds another one nor is held by one. */
const lastComment = /\/\*(?:(?!\/\*|\*\/)[^])*\*\/[\s;]*$/;

/**
 * The keys in the comments of a statement of which only both ends were read: the known ones, and the `configured` ones.
 *
 * The tail may begin inside a literal, so only a comment at the very end of a whole statement counts there: a literal
 * would have to end with a quote first. Where the server cut the statement, its end may be anything.
 */
export function keysOfStatement(statement: StatementText, configured: readonly string[]): CommentKeys {
  const keys = commentKeys(statement.head, configured);
  const last = lastCommentOf(statement);
  return last === null ? keys : new Map([...commentKeys(last, configured), ...keys]);
}

/** All that its comments say under one key, by the same rules, each text once. */
export function valuesOfStatement(statement: StatementText, key: string): readonly string[] {
  const last = lastCommentOf(statement);
  const values = commentValues(statement.head, key);
  return last === null ? values : [...new Set([...values, ...commentValues(last, key)])];
}

/** The text of its comments, of either kind, as far as it was read and by the same rules. One that is cut off is left out. */
export function commentsOfStatement(statement: StatementText): readonly string[] {
  const { head, tail, isCut } = statement;
  const isWhole = tail === null && !isCut;
  const comments = /--|\/\*/.test(head) ? [...tokens(head)] : [];
  const texts = comments
    .filter(({ kind }) => kind === "line_comment" || kind === "block_comment")
    .filter(({ isComplete, end }) => isComplete && (isWhole || end < head.length))
    .map(({ start, end }) => head.slice(start, end));
  const last = lastCommentOf(statement);
  return last === null ? texts : [...texts, last];
}

/** What closes the whole statement behind the part of it that was read from its beginning. */
function lastCommentOf({ tail, isCut }: StatementText): string | null {
  return tail === null || isCut ? null : (lastComment.exec(tail)?.[0] ?? null);
}

/** The statement without its literals, to show to people; `…` where more was cut. */
export function redactedStatement({ head, tail, isCut }: StatementText): string {
  const shown = redact(head);
  const isWhole = tail === null && !isCut;
  return isWhole || shown.endsWith("…") ? shown : `${shown}…`;
}
