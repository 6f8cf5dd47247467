import { formatAge } from "../readable-time.ts";
import { displayWidth, fitted } from "../expose/display-width.ts";
import { printable } from "../printable.ts";
import type { WouldAct } from "../record/would-act.ts";
import { timeText } from "../time-text.ts";

/** One act; what is said of its action may be more than its name. */
type Row = Omit<WouldAct, "action"> & { readonly action: string };

type Column = { readonly title: string; readonly isNumber?: true; readonly text: (act: Row) => string };

const serverColumn: Column = { title: "SERVER", text: ({ server }) => server };

const columns: readonly Column[] = [
  { title: "TIME", text: ({ atSeconds }) => timeText(atSeconds) },
  { title: "RULE", text: ({ rule }) => rule },
  { title: "ACTION", text: ({ action }) => action },
  { title: "KIND", text: ({ episode }) => episode.kind },
  { title: "HARM", text: ({ episode }) => episode.harm.level },
  { title: "AGE", isNumber: true, text: ({ episode }) => formatAge(episode.ageSeconds) },
  { title: "APPLICATION", text: ({ episode }) => episode.backend.applicationName ?? "" },
  { title: "ROLE", text: ({ episode }) => episode.backend.usename ?? "" },
  { title: "DATABASE", text: ({ episode }) => episode.backend.datname ?? "" },
  { title: "PID", isNumber: true, text: ({ episode }) => String(episode.backend.id.pid) },
];

/** The widest a cell gets, in columns of a terminal. */
const WIDEST_CELL = 32;

/** What a policy would have done, as lines under a line of titles; no acts, no lines. */
export function replayTable(acts: readonly Row[], areSeveralServers: boolean): readonly string[] {
  if (acts.length === 0) return [];
  const shown = areSeveralServers ? [...columns, serverColumn] : columns;
  const drawn = shown.map(({ title, text, isNumber = false }) => {
    const cells = [title, ...acts.map((act) => fitted(printable(text(act)), WIDEST_CELL))];
    const width = cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), 0);
    return cells.map((cell) => aligned(cell, width, isNumber));
  });
  return [...Array(acts.length + 1).keys()].map((row) =>
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
