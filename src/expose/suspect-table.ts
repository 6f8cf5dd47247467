import { printable } from "../printable.ts";
import { shortened } from "./shortened.ts";
import { suspectColumns, type ServerSuspect } from "./suspect-columns.ts";

/** The widest a cell gets: a name of 63 bytes must not push the rest off the screen. */
const WIDEST_CELL = 32;

/** Suspects as lines of text under a line of titles. No suspects, no lines. */
export function suspectTable(suspects: readonly ServerSuspect[]): readonly string[] {
  if (suspects.length === 0) return [];
  const titles = suspectColumns.map(({ title }) => title.toUpperCase());
  const cells = suspects.map((row) =>
    suspectColumns.map((column) => shortened(printable(column.text(row)), WIDEST_CELL)),
  );
  const rows = [titles, ...cells];
  const widths = suspectColumns.map((_column, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  return rows.map((row) =>
    suspectColumns
      .map(({ isNumber }, index) => aligned(row[index] ?? "", widths[index] ?? 0, isNumber))
      .join("  ")
      .trimEnd(),
  );
}

function aligned(text: string, width: number, isNumber: true | undefined): string {
  return isNumber ? text.padStart(width) : text.padEnd(width);
}
