import { printable } from "../printable.ts";
import { displayWidth, fitted } from "./display-width.ts";
import { rankedSuspects, serverColumn, suspectColumns, type SuspectColumn } from "./suspect-columns.ts";
import type { ServerView } from "./view.ts";

/** The widest a cell gets, in columns of a terminal: a name of 63 bytes must not push the rest off the screen. */
const WIDEST_CELL = 32;

const GUTTER = "  ";

/** A column of the table as it is drawn: its title, then a cell for each suspect, and the widest of them. */
type Drawn = { readonly column: SuspectColumn; readonly cells: readonly string[]; readonly width: number };

/**
 * The suspects of these servers as lines of text under a line of titles. No suspects, no lines. Where the lines would
 * be longer than `mostColumns` of a terminal, they say less: what matters least is left out.
 */
export function suspectTable(servers: readonly ServerView[], mostColumns = Infinity): readonly string[] {
  const suspects = rankedSuspects(servers);
  if (suspects.length === 0) return [];
  const all = suspectColumns(servers).map((column): Drawn => {
    const texts = suspects.map((row) => fitted(printable(column.text(row)), WIDEST_CELL));
    const cells = [column.title.toUpperCase(), ...texts];
    return { column, cells, width: Math.max(...cells.map(displayWidth)) };
  });
  const shown = withinWidth(all, mostColumns, servers.length === 1);
  return [...Array(suspects.length + 1).keys()].map((row) =>
    fitted(
      shown
        .map((column) => aligned(column, row))
        .join(GUTTER)
        .trimEnd(),
      mostColumns,
    ),
  );
}

/** What is left when, as long as the line is too long, the column with the lowest weight goes. */
function withinWidth(all: readonly Drawn[], mostColumns: number, isOneServer: boolean): readonly Drawn[] {
  const weightOf = ({ column }: Drawn): number =>
    isOneServer && column === serverColumn ? 0 : (column.weight ?? Infinity);
  let shown = all;
  while (lengthOf(shown) > mostColumns) {
    const least = Math.min(...shown.map(weightOf));
    if (least === Infinity) break;
    shown = shown.filter((drawn) => weightOf(drawn) > least);
  }
  return shown;
}

function lengthOf(columns: readonly Drawn[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + GUTTER.length * (columns.length - 1);
}

function aligned({ column, cells, width }: Drawn, row: number): string {
  const text = cells[row] ?? "";
  const padding = " ".repeat(width - displayWidth(text));
  return column.isNumber ? padding + text : text + padding;
}
