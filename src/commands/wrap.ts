import { cutToWidth } from "../expose/display-width.ts";

/** The lines of a text in at most so many columns of a terminal, broken at blanks where there are any. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (let rest = text.trimEnd(); rest !== "";) {
    const head = cutToWidth(rest, width);
    const blank = head.length < rest.length ? `${head}${rest.charAt(head.length)}`.lastIndexOf(" ") : -1;
    const [first = ""] = rest;
    const line = blank > 0 ? head.slice(0, blank) : head || first;
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return lines;
}

/** Fewer columns than these hold no text that anybody could read. */
const NARROWEST_TEXT = 16;

/** A text behind a head: its further lines stand under its first, in at most `width` columns where that is possible. */
export function wrapBehind(head: string, text: string, width: number): readonly string[] {
  const indent = " ".repeat(head.length);
  const lines = wrap(text, Math.max(NARROWEST_TEXT, width - head.length));
  return lines.map((line, index) => `${index === 0 ? head : indent}${line}`);
}
