import type { ReadRecord } from "./audit-line.ts";

/** An intent of an earlier process of which nobody knows what came: it may have been carried out or not. */
export type Orphan = { readonly id: string; readonly server: string; readonly episode: string };

/** The intents that have neither an outcome, nor were called off, nor reported yet. A record of each is what reports it. Pure. */
export function orphansIn(records: readonly ReadRecord[]): readonly Orphan[] {
  const closed = new Set(
    records.flatMap((record) =>
      record.type === "outcome" || record.type === "called_off" || record.type === "orphan"
        ? [record.id]
        : [],
    ),
  );
  return records.flatMap((record) =>
    record.type === "act" && record.entry.mode === "enforce" && !closed.has(record.id)
      ? [{ id: record.id, server: record.server, episode: record.entry.episode }]
      : [],
  );
}
