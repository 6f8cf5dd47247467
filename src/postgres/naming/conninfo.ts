import { complaint, type Complaint } from "./connection-parts.ts";

/** A name and its value, in the order of the text. */
export type Pair = readonly [name: string, value: string];

/** What C calls white space. */
const blanks: ReadonlySet<string> = new Set([" ", "\t", "\n", "\v", "\f", "\r"]);

/**
 * Takes a text of `name=value` pairs apart, as libpq's `conninfo_parse` does: white space between them and around `=`, values in
 * single quotes, and a backslash before what is meant literally. Whether the names are known is another matter.
 */
export function parseConninfo(
  text: string,
): { readonly pairs: readonly Pair[] } | { readonly complaint: Complaint } {
  const pairs: Pair[] = [];
  let at = afterBlanks(text, 0);
  while (at < text.length) {
    const start = at;
    while (at < text.length && text[at] !== "=" && !blanks.has(text.charAt(at))) at += 1;
    const name = text.slice(start, at);
    at = afterBlanks(text, at);
    if (text[at] !== "=") return { complaint: withoutEquals };
    at = afterBlanks(text, at + 1);
    const read = text[at] === "'" ? readQuoted(text, at + 1) : readBare(text, at);
    if (read === undefined) return { complaint: withoutEnd };
    pairs.push([name, read.value]);
    at = afterBlanks(text, read.end);
  }
  return { pairs };
}

/** The text without the white space around it, as C sees it. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && blanks.has(text.charAt(end - 1))) end -= 1;
  return text.slice(Math.min(afterBlanks(text, 0), end), end);
}

const withoutEquals = complaint(
  "key=value pairs such as host=db1 user=pgleash",
  "a word without =",
  "put a value with white space in single quotes",
);

const withoutEnd = complaint(
  "a closing single quote",
  "the end of the text",
  "in a value, write ' as \\' and \\ as \\\\",
);

type Read = { readonly value: string; readonly end: number };

function readBare(text: string, start: number): Read {
  let at = start;
  let value = "";
  while (at < text.length && !blanks.has(text.charAt(at))) {
    if (text[at] === "\\") at += 1;
    value += text.charAt(at);
    at += 1;
  }
  return { value, end: at };
}

/** `undefined` when the text ends before the quote does. */
function readQuoted(text: string, start: number): Read | undefined {
  let value = "";
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "'") return { value, end: at + 1 };
    if (text[at] === "\\") at += 1;
    value += text.charAt(at);
  }
  return undefined;
}

function afterBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && blanks.has(text.charAt(at))) at += 1;
  return at;
}
