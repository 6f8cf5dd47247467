import { fitted } from "../expose/display-width.ts";
import { wrap } from "./wrap.ts";

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
  const cut = (line: string): string => fitted(line, width);
  const room = Math.max(0, rows - 2);
  const most = Math.min(room, Math.floor(rows / 2));
  const wrapped = sentences.flatMap((sentence) => wrap(sentence, width)).slice(0, most);
  return [...table.slice(0, room - wrapped.length).map(cut), ...wrapped, cut(last)];
}

/** How many columns of text a terminal takes. Without one there is no limit; one that does not know its size says 0. */
export function textWidth(terminal: { readonly columns: number } | undefined): number {
  return terminal === undefined || terminal.columns === 0 ? Infinity : roomFor(terminal.columns);
}

/** A terminal that is written full to its last column may be on the next line already. */
function roomFor(columns: number): number {
  return Math.max(1, columns - 1);
}
