import type { Acted } from "../decide/leash.ts";
import type { LedgerEntry } from "../decide/ledger.ts";
import type { ReadRecord } from "./audit-line.ts";

type LedgerRead = Extract<ReadRecord, { readonly type: "ledger" }>;

/**
 * The records without what was called off: neither its intent nor, where a ledger was repeated while it was under way, what
 * that ledger says of it. The records that call off are left out as well. Pure.
 */
export function withoutCalledOff(
  records: readonly ReadRecord[],
): readonly Exclude<ReadRecord, { readonly type: "called_off" }>[] {
  const ids = new Set(records.flatMap((record) => (record.type === "called_off" ? [record.id] : [])));
  const keys = keysOf(records, ids);
  return records.flatMap((record) => {
    if (record.type === "called_off" || (record.type === "act" && ids.has(record.id))) return [];
    return [record.type === "ledger" ? withoutEntries(record, keys) : record];
  });
}

/** Which entries of ledgers count what was called off. */
function keysOf(records: readonly ReadRecord[], ids: ReadonlySet<string>): ReadonlySet<string> {
  const keys = new Set<string>();
  const intentIds = new Set(records.flatMap((record) => (record.type === "act" ? [record.id] : [])));
  // By server and episode, the last act that a ledger knew to be under way: its intent may stand in a file before this one.
  const underWay = new Map<string, LedgerEntry>();
  for (const record of records) {
    if (record.type === "act" && ids.has(record.id)) keys.add(keyOf(record.server, record.entry));
    if (record.type === "ledger") for (const entry of record.entries) follow(underWay, record.server, entry);
    if (record.type !== "outcome" && record.type !== "called_off") continue;
    const { server, episode } = record;
    const entry = underWay.get(episodeOf(server, episode));
    underWay.delete(episodeOf(server, episode));
    if (record.type === "called_off" && !intentIds.has(record.id) && entry !== undefined)
      keys.add(keyOf(server, entry));
  }
  return keys;
}

/** Ledgers repeat what earlier ones said, and may say it after what is newer. */
function follow(underWay: Map<string, LedgerEntry>, server: string, entry: LedgerEntry): void {
  const whose = episodeOf(server, entry.episode);
  const known = underWay.get(whose);
  if (entry.mode !== "enforce" || (known !== undefined && entry.atSeconds < known.atSeconds)) return;
  if (entry.outcome === null) underWay.set(whose, entry);
  else underWay.delete(whose);
}

function episodeOf(server: string, episode: string): string {
  return JSON.stringify([server, episode]);
}

function keyOf(server: string, { atSeconds, episode }: LedgerEntry): string {
  return JSON.stringify([server, atSeconds, episode]);
}

function withoutEntries(ledger: LedgerRead, keys: ReadonlySet<string>): LedgerRead {
  const isLeftOut = (entry: LedgerEntry): boolean => keys.has(keyOf(ledger.server, entry));
  const leftOut = ledger.entries.filter(isLeftOut);
  if (leftOut.length === 0) return ledger;
  const entries = ledger.entries.filter((entry) => !isLeftOut(entry));
  const acted = new Map(ledger.acted);
  for (const { episode } of leftOut) {
    const last = acted.get(episode);
    const before =
      last === undefined
        ? null
        : actedBefore(
            last,
            entries.filter((entry) => entry.episode === episode),
          );
    if (before === null) acted.delete(episode);
    else acted.set(episode, before);
  }
  return { ...ledger, entries, acted };
}

/** What was known of an episode before its last act, by what else its entries tell; `null` where it was not acted on. */
function actedBefore({ mode, attempts }: Acted, entries: readonly LedgerEntry[]): Acted | null {
  const last = entries.at(-1);
  // An entry that is too old for every limit may be gone: what came of it is not known any more.
  if (attempts > 1)
    return { mode, attempts: attempts - 1, outcome: last?.mode === mode ? last.outcome : "failed" };
  if (last === undefined || last.mode === mode) return null;
  const before = entries.findLastIndex((entry) => entry.mode === mode);
  return { mode: last.mode, attempts: entries.length - 1 - before, outcome: last.outcome };
}
