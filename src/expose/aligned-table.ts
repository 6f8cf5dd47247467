import { printable } from "../printable.ts";
import { displayWidth, fitted } from "./display-width.ts";

/** A column of a table of text. What it says may be untrusted. */
export type TextColumn<Row> = {
  readonly title: string;
  readonly isNumber?: true;
  readonly text: (row: Row) => string;
};

/** The widest a cell gets, in columns of a terminal: a name of 63 bytes must not push the rest off the screen. */
const WIDEST_CELL = 32;

/** The rows as lines under a line of titles; no rows, no lines. */
export function alignedTable<Row>(
  columns: readonly TextColumn<Row>[],
  rows: readonly Row[],
): readonly string[] {
  if (rows.length === 0) return [];
  const drawn = columns.map(({ title, text, isNumber = false }) => {
    const cells = [title, ...rows.map((row) => fitted(printable(text(row)), WIDEST_CELL))];
    const width = cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), 0);
    return cells.map((cell) => aligned(cell, width, isNumber));
  });
  return [...Array(rows.length + 1).keys()].map((row) =>
    drawn
      .map((cells) => cells[row] ?? "")
      .join("  ")
      .trimEnd(),
  );
}

function aligned(text: string, width: number, isNumber: boolean): string {
  const padding = " ".repeat(width - displayWidth(text));
  return isNumber ? padding + text : text + padding;
}
