import type { StatementText } from "../../observe/snapshot.ts";
import { commentKeys, type CommentKeys } from "./comment-keys.ts";
import { redact } from "./redact.ts";

/** A comment that ends the statement, but for a semicolon, and neither holds another one nor is held by one. */
const lastComment = /\/\*(?:(?!\/\*|\*\/)[^])*\*\/[\s;]*$/;

/**
 * The keys in the comments of a statement of which only both ends were read: the known ones, and the `configured` ones.
 *
 * The tail may begin inside a literal, so only a comment at the very end of a whole statement counts there: a literal
 * would have to end with a quote first. Where the server cut the statement, its end may be anything.
 */
export function keysOfStatement(
  { head, tail, isCut }: StatementText,
  configured: readonly string[],
): CommentKeys {
  const keys = commentKeys(head, configured);
  const last = tail === null || isCut ? undefined : lastComment.exec(tail)?.[0];
  return last === undefined ? keys : new Map([...commentKeys(last, configured), ...keys]);
}

/** The statement without its literals, to show to people; `…` where more was cut. */
export function redactedStatement({ head, tail, isCut }: StatementText): string {
  const shown = redact(head);
  const isWhole = tail === null && !isCut;
  return isWhole || shown.endsWith("…") ? shown : `${shown}…`;
}
