import { alignedTable, type TextColumn } from "../expose/aligned-table.ts";
import { formatAge } from "../readable-time.ts";
import type { WouldAct } from "../record/would-act.ts";
import { timeText } from "../time-text.ts";

/** One act; what is said of its action may be more than its name. */
type Row = Omit<WouldAct, "action"> & { readonly action: string };

const serverColumn: TextColumn<Row> = { title: "SERVER", text: ({ server }) => server };

const columns: readonly TextColumn<Row>[] = [
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

/** What a policy would have done, as lines under a line of titles; no acts, no lines. */
export function replayTable(acts: readonly Row[], areSeveralServers: boolean): readonly string[] {
  return alignedTable(areSeveralServers ? [...columns, serverColumn] : columns, acts);
}
