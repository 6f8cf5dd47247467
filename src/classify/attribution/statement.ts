import type { StatementText } from "../../observe/snapshot.ts";
import { commentKeys, type CommentKeys } from "./comment-keys.ts";
import { redact } from "./redact.ts";

/** A comment that ends the statement, but for a semicolon. What stands before it may begin inside a literal. */
const lastComment = /\/\*(?:(?!\/\*)[^])*\*\/[\s;]*$/;

/**
 * The keys in the comments of a statement of which only both ends were read. In the tail only a comment at the very end
 * counts: nobody can tell whether any other one there stands in a literal.
 */
export function keysOfStatement({ head, tail }: StatementText): CommentKeys {
  const keys = commentKeys(head);
  const last = tail === null ? undefined : lastComment.exec(tail)?.[0];
  return last === undefined ? keys : new Map([...commentKeys(last), ...keys]);
}

/** The statement without its literals, to show to people; `…` where more was cut. */
export function redactedStatement({ head, tail }: StatementText): string {
  const shown = redact(head);
  return tail === null || shown.endsWith("…") ? shown : `${shown}…`;
}
