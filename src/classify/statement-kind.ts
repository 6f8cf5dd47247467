import type { StatementText } from "../observe/snapshot.ts";
import { tokens } from "./attribution/tokens.ts";

/** Whether a statement only opened a transaction, and so took no lock. Unknown text did more, as far as we know. */
export function isPlainBegin(statement: StatementText | null): boolean {
  const words = firstWords(statement);
  const isBegin = words[0] === "begin" || (words[0] === "start" && words[1] === "transaction");
  const isWhole = statement?.tail === null && !statement.isCut;
  return isBegin && isWhole && !hasSecondStatement(statement.head);
}

/** Whether a session said last that it listens: it is idle by design (`LISTEN`). */
export function isListen(statement: StatementText | null): boolean {
  return firstWords(statement)[0] === "listen";
}

function firstWords(statement: StatementText | null): readonly string[] {
  const words: string[] = [];
  for (const { kind, start, end } of tokens(statement?.head ?? "")) {
    if (kind === "word") words.push(statement?.head.slice(start, end).toLowerCase() ?? "");
    else if (kind === "space" || kind === "line_comment" || kind === "block_comment") continue;
    else break;
    if (words.length === 2) break;
  }
  return words;
}

function hasSecondStatement(text: string): boolean {
  let isOver = false;
  for (const { kind, start } of tokens(text)) {
    const isBlank = kind === "space" || kind === "line_comment" || kind === "block_comment";
    if (isOver && !isBlank && text[start] !== ";") return true;
    isOver ||= text[start] === ";";
  }
  return false;
}
