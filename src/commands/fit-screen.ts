import { cutToWidth } from "../expose/display-width.ts";

/** What a screen shows, from top to bottom. */
export type Screen = {
  readonly table: readonly string[];
  readonly sentences: readonly string[];
  readonly last: string;
};

/**
 * The lines that a terminal has room for: what it does not hold cannot be drawn over. The last line stays; the sentences
 * are wrapped and get up to half of the screen; the table is cut below, and on the right where it does not fit.
 */
export function fitScreen(
  { table, sentences, last }: Screen,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly string[] {
  const width = roomFor(columns);
  const cut = (line: string): string => cutToWidth(line, width);
  const room = Math.max(0, rows - 2);
  const most = Math.min(room, Math.floor(rows / 2));
  const wrapped = sentences.flatMap((sentence) => wrap(sentence, width)).slice(0, most);
  return [...table.slice(0, room - wrapped.length).map(cut), ...wrapped, cut(last)];
}

/** A terminal that is written full to its last column may be on the next line already. */
export function roomFor(columns: number): number {
  return Math.max(1, columns - 1);
}

/** At blanks, where there are any. */
function wrap(text: string, width: number): readonly string[] {
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
