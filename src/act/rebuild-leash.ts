import { emptyLeash, type Acted, type Leash } from "../decide/leash.ts";
import type { Breaker, LedgerEntry, Outcome } from "../decide/ledger.ts";
import type { ReadRecord } from "./audit-line.ts";
import { withoutCalledOff } from "./called-off.ts";

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
  return settledLeash(unsettledLeashes(records).get(server) ?? emptyLeash);
}

/** The leash of a process that is gone: what it left open has failed, as far as anybody knows. Pure. */
export function settledLeash({ ledger, acted, announcements }: Leash): Leash {
  return {
    ledger: { ...ledger, entries: ledger.entries.map(unsettledIsFailed) },
    announcements,
    acted: new Map([...acted].map(([episode, last]) => [episode, unsettledIsFailed(last)])),
  };
}

/** What is on record of each server, with the outcomes left open that may yet be learned from elsewhere. Pure. */
export function unsettledLeashes(records: readonly ReadRecord[]): ReadonlyMap<string, Leash> {
  const states = new Map<string, Rebuilding>();
  for (const record of withoutCalledOff(records)) {
    if (record.type === "orphan") continue;
    const state = states.get(record.server) ?? nothingKnown();
    states.set(record.server, state);
    follow(state, record);
  }
  return new Map([...states].map(([server, state]) => [server, leashOf(state)]));
}

/** Two leashes of one server as one: neither takes anything from the other. Without announcements. Pure. */
export function joinedLeash(one: Leash, other: Leash): Leash {
  const state = nothingKnown();
  for (const { ledger, acted } of [one, other])
    follow(state, { type: "ledger", server: "", ...ledger, acted });
  return leashOf(state);
}

function nothingKnown(): Rebuilding {
  return { entries: new Map(), lastOf: new Map(), acted: new Map(), breaker: emptyLeash.ledger.breaker };
}

function leashOf({ entries, breaker, acted }: Rebuilding): Leash {
  const ledger = { entries: [...entries.values()].toSorted(byTime), breaker };
  return { ledger, announcements: new Map(), acted };
}

/** A record of what a leash consists of. */
type LeashRecord = Exclude<ReadRecord, { readonly type: "called_off" | "orphan" }>;

function follow(state: Rebuilding, record: LeashRecord): void {
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
      for (const entry of record.entries) repeatEntry(state, entry);
      for (const [episode, last] of record.acted)
        state.acted.set(episode, furtherOf(state.acted.get(episode), last));
      if (record.breaker.sinceSeconds > state.breaker.sinceSeconds) state.breaker = record.breaker;
      break;
  }
}

/** Whether it is one that was not known yet. */
function addEntry(state: Rebuilding, entry: LedgerEntry): boolean {
  const isNew = !state.entries.has(keyOf(entry));
  repeatEntry(state, entry);
  if (isNew) state.lastOf.set(entry.episode, keyOf(entry));
  return isNew;
}

/** One of a ledger may be older than what is known of its episode already: then the next outcome is not its own. */
function repeatEntry({ entries, lastOf }: Rebuilding, entry: LedgerEntry): void {
  const { episode, atSeconds, outcome } = entry;
  const known = entries.get(keyOf(entry));
  entries.set(keyOf(entry), known === undefined ? entry : { ...known, outcome: known.outcome ?? outcome });
  const last = entries.get(lastOf.get(episode) ?? "");
  if (last === undefined || atSeconds > last.atSeconds) lastOf.set(episode, keyOf(entry));
}

function keyOf({ atSeconds, episode }: LedgerEntry): string {
  return JSON.stringify([atSeconds, episode]);
}

/** A ledger may have been written before acts that it stands behind: more attempts are the later word, with their outcome. */
function furtherOf(known: Acted | undefined, repeated: Acted): Acted {
  if (known === undefined) return repeated;
  // What a dry run would have done must not hide what was done.
  if (known.mode !== repeated.mode) return known.mode === "enforce" ? known : repeated;
  if (known.attempts !== repeated.attempts) return known.attempts > repeated.attempts ? known : repeated;
  return { ...repeated, outcome: repeated.outcome ?? known.outcome };
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
