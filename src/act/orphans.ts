import type { LedgerEntry } from "../decide/ledger.ts";
import type { ReadRecord } from "./audit-line.ts";

/**
 * An act of an earlier process of which nobody knows what came: it may have been carried out or not. Its `id` is that of
 * its intent; where a ledger alone tells of it, server, time (epoch seconds) and episode of the intent instead.
 */
export type Orphan = { readonly id: string; readonly server: string; readonly episode: string };

/** The acts that have neither an outcome, nor were called off, nor reported yet. A record of each is what reports it. Pure. */
export function orphansIn(records: readonly ReadRecord[]): readonly Orphan[] {
  return [...orphansInLedgers(records), ...orphanedIntents(records)];
}

function orphanedIntents(records: readonly ReadRecord[]): readonly Orphan[] {
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

/** Those whose intent was rotated away with its file, or is too far back to be read. */
function orphansInLedgers(records: readonly ReadRecord[]): readonly Orphan[] {
  const intents = records.filter((record) => record.type === "act");
  const intentIds = new Set(intents.map(({ id }) => id));
  const closed = new Set(intents.map(({ server, entry }) => idInLedger(server, entry)));
  const open = new Map<string, Orphan>();
  for (const record of records) {
    if (record.type === "orphan") closed.add(record.id);
    if (record.type === "ledger")
      for (const entry of record.entries.filter(({ mode }) => mode === "enforce")) {
        const id = idInLedger(record.server, entry);
        if (entry.outcome === null) open.set(id, { id, server: record.server, episode: entry.episode });
        else closed.add(id);
      }
    if ((record.type === "outcome" || record.type === "called_off") && !intentIds.has(record.id)) {
      // It names an intent that is not here. Of one episode it can only be the last: acts come one after the other.
      const { server, episode } = record;
      const last = [...open.values()].findLast((one) => one.server === server && one.episode === episode);
      if (last !== undefined) closed.add(last.id);
    }
  }
  return [...open.values()].filter(({ id }) => !closed.has(id));
}

function idInLedger(server: string, { atSeconds, episode }: LedgerEntry): string {
  return `${server}/${atSeconds}/${episode}`;
}
