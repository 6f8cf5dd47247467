import { emptyLeash, type Acted, type Leash } from "../decide/leash.ts";
import type { Breaker, LedgerEntry, Outcome } from "../decide/ledger.ts";
import type { ReadRecord } from "./audit-line.ts";

type Rebuilding = {
  /** By time and episode, in the order in which they were done. */
  readonly entries: Map<string, LedgerEntry>;
  /** The key of the last entry of an episode. */
  readonly lastOf: Map<string, string>;
  readonly acted: Map<string, Acted>;
  breaker: Breaker;
};

/**
 * What a process that died knew of one server, from the records that it left, oldest first. What is not settled counts as
 * an act that failed, and what was called off as if it had never been. Times of a clock that was wrong stay as they are:
 * the next decision corrects them. Pure.
 */
export function rebuildLeash(records: readonly ReadRecord[], server: string): Leash {
  const state: Rebuilding = {
    entries: new Map(),
    lastOf: new Map(),
    acted: new Map(),
    breaker: emptyLeash.ledger.breaker,
  };
  const calledOff = new Set(records.flatMap((record) => (record.type === "called_off" ? [record.id] : [])));
  for (const record of records) {
    if (!("server" in record) || record.server !== server) continue;
    if (record.type !== "act" || !calledOff.has(record.id)) follow(state, record);
  }
  const entries = [...state.entries.values()].map(unsettledIsFailed);
  return {
    ledger: { entries: entries.toSorted(byTime), breaker: state.breaker },
    announcements: new Map(),
    acted: new Map([...state.acted].map(([episode, acted]) => [episode, unsettledIsFailed(acted)])),
  };
}

function follow(state: Rebuilding, record: Extract<ReadRecord, { readonly server: string }>): void {
  switch (record.type) {
    case "act":
      if (addEntry(state, record.entry)) countAct(state.acted, record.entry);
      break;
    case "outcome":
      settle(state, record.episode, record.outcome);
      break;
    case "breaker":
      state.breaker = record.breaker;
      break;
    case "ledger":
      // It repeats what stands before it, and adds what an older file held: it never takes anything away.
      for (const entry of record.entries) addEntry(state, entry);
      for (const [episode, last] of record.acted)
        state.acted.set(episode, {
          ...last,
          outcome: last.outcome ?? state.acted.get(episode)?.outcome ?? null,
        });
      if (record.breaker.sinceSeconds > state.breaker.sinceSeconds) state.breaker = record.breaker;
      break;
  }
}

/** Whether it is one that was not known yet. */
function addEntry({ entries, lastOf }: Rebuilding, entry: LedgerEntry): boolean {
  const key = JSON.stringify([entry.atSeconds, entry.episode]);
  const known = entries.get(key);
  entries.set(key, known === undefined ? entry : { ...known, outcome: known.outcome ?? entry.outcome });
  if (known === undefined) lastOf.set(entry.episode, key);
  return known === undefined;
}

function countAct(acted: Map<string, Acted>, { episode, mode }: LedgerEntry): void {
  const known = acted.get(episode);
  const attempts = (known?.mode === mode ? known.attempts : 0) + 1;
  acted.set(episode, { mode, attempts, outcome: null });
}

function settle({ entries, lastOf, acted }: Rebuilding, episode: string, outcome: Outcome): void {
  const key = lastOf.get(episode);
  const entry = key === undefined ? undefined : entries.get(key);
  if (key !== undefined && entry !== undefined) entries.set(key, { ...entry, outcome });
  const known = acted.get(episode);
  if (known !== undefined) acted.set(episode, { ...known, outcome });
}

/** A dry run has no outcome. */
function unsettledIsFailed<T extends Pick<LedgerEntry, "mode" | "outcome">>(act: T): T {
  return act.mode === "enforce" && act.outcome === null ? { ...act, outcome: "failed" } : act;
}

function byTime(a: LedgerEntry, b: LedgerEntry): number {
  return a.atSeconds - b.atSeconds;
}
