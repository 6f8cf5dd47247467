import { describe, expect, test } from "vitest";

import type { ReadRecord } from "../../src/act/audit-line.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { LedgerEntry, Outcome } from "../../src/decide/ledger.ts";
import { anOpenBreaker } from "../support/a-case.ts";
import { anEntry } from "../support/an-audit.ts";

const server = "db1";
const { episode } = anEntry();

type LedgerRead = Extract<ReadRecord, { readonly type: "ledger" }>;

function rebuilt(records: readonly ReadRecord[]): Leash {
  return rebuildLeash(records, server);
}

function act(id: string, overrides: Partial<LedgerEntry> = {}): ReadRecord {
  return { type: "act", id, server, entry: anEntry(overrides) };
}

function outcomeOf(id: string, outcome: Outcome, ofEpisode = episode): ReadRecord {
  return { type: "outcome", id, server, episode: ofEpisode, outcome };
}

function ledger(entries: readonly LedgerEntry[], overrides: Partial<LedgerRead> = {}): ReadRecord {
  return {
    type: "ledger",
    server,
    entries,
    acted: new Map(),
    breaker: { state: "closed", sinceSeconds: 0 },
    ...overrides,
  };
}

/** That the episode was acted on so often, and that the last act is under way. */
function actedOn(attempts: number): LedgerRead["acted"] {
  return new Map([[episode, { mode: "enforce", attempts, outcome: null }]]);
}

describe("E21: of what a process did, the next one knows", () => {
  test("nothing, where there is no record", () => {
    expect(rebuilt([])).toEqual(emptyLeash);
  });

  test("each act with its outcome, and how often an episode was acted on", () => {
    const again = { atSeconds: 1100 };
    const { ledger: found, acted } = rebuilt([
      act("a"),
      outcomeOf("a", "not_confirmed"),
      act("b", again),
      outcomeOf("b", "terminated"),
      act("c", { atSeconds: 1200, mode: "dry_run", episode: "another" }),
    ]);
    expect(found.entries).toEqual([
      anEntry({ outcome: "not_confirmed" }),
      anEntry({ ...again, outcome: "terminated" }),
      anEntry({ atSeconds: 1200, mode: "dry_run", episode: "another" }),
    ]);
    expect(acted).toEqual(
      new Map([
        [episode, { mode: "enforce", attempts: 2, outcome: "terminated" }],
        ["another", { mode: "dry_run", attempts: 1, outcome: null }],
      ]),
    );
  });

  test("an act without an outcome as one that failed: it may have been done", () => {
    const { ledger: found, acted } = rebuilt([act("a")]);
    expect(found.entries).toEqual([anEntry({ outcome: "failed" })]);
    expect(acted.get(episode)).toEqual({ mode: "enforce", attempts: 1, outcome: "failed" });
  });

  test("no act that was called off, before or after another on the same session", () => {
    const calledOff: ReadRecord = { type: "called_off", id: "b", server, episode };
    const again = act("b", { atSeconds: 1100 });
    expect(rebuilt([again, calledOff])).toEqual(emptyLeash);
    const first = [act("a"), outcomeOf("a", "not_confirmed")];
    expect(rebuilt([...first, again, calledOff])).toEqual(rebuilt(first));
  });

  test("no act that was called off, though a ledger was repeated while it was under way", () => {
    const calledOff: ReadRecord = { type: "called_off", id: "b", server, episode };
    const again = { atSeconds: 1100 };
    const once = ledger([anEntry(again)], { acted: actedOn(1) });
    expect(rebuilt([act("b", again), once, calledOff])).toEqual(emptyLeash);
    // Its intent may stand in a file that was rotated away.
    expect(rebuilt([once, calledOff])).toEqual(emptyLeash);
    const first = [act("a"), outcomeOf("a", "not_confirmed")];
    const settled = anEntry({ outcome: "not_confirmed" });
    const twice = ledger([settled, anEntry(again)], { acted: actedOn(2) });
    expect(rebuilt([...first, act("b", again), twice, calledOff])).toEqual(rebuilt(first));
    expect(rebuilt([twice, calledOff])).toEqual(rebuilt(first));
  });

  test("an act that another one, called off after it, does not take away", () => {
    const calledOff: ReadRecord = { type: "called_off", id: "b", server, episode };
    const open = ledger([anEntry()], { acted: actedOn(1) });
    const settled = [open, outcomeOf("a", "not_confirmed")];
    expect(rebuilt([...settled, calledOff])).toEqual(rebuilt(settled));
    const elsewhere: ReadRecord = { ...calledOff, server: "db2" };
    expect(rebuilt([open, elsewhere])).toEqual(rebuilt([open]));
    expect(rebuilt([open, elsewhere, calledOff])).toEqual(emptyLeash);
  });

  test("nothing of other servers", () => {
    const other = { ...anEntry(), episode: "theirs" };
    const open = anOpenBreaker({ sinceSeconds: 900 });
    const records: readonly ReadRecord[] = [
      { type: "act", id: "a", server: "db2", entry: other },
      { type: "outcome", id: "a", server: "db2", episode, outcome: "terminated" },
      { type: "breaker", server: "db2", breaker: open },
    ];
    expect(rebuilt(records)).toEqual(emptyLeash);
  });

  test("E17: that the breaker was open, until when it was closed", () => {
    const open = anOpenBreaker({ sinceSeconds: 900 });
    const closed = { state: "closed", sinceSeconds: 950 } as const;
    const opening: ReadRecord = { type: "breaker", server, breaker: open };
    expect(rebuilt([opening]).ledger.breaker).toEqual(open);
    expect(rebuilt([opening, { type: "breaker", server, breaker: closed }]).ledger.breaker).toEqual(closed);
  });

  test("E10: no announcement: its notice begins anew", () => {
    expect(rebuilt([act("a")]).announcements.size).toBe(0);
  });
});

test("leaves the entries oldest first", () => {
  const records = [act("a", { atSeconds: 9_000_000 }), act("b", { atSeconds: 1000, episode: "now" })];
  const times = rebuilt(records).ledger.entries.map(({ atSeconds }) => atSeconds);
  expect(times).toEqual([1000, 9_000_000]);
});

describe("a ledger that is repeated", () => {
  test("stands for what an older file held", () => {
    const acted = new Map([[episode, { mode: "enforce", attempts: 2, outcome: "failed" }]] as const);
    const breaker = anOpenBreaker({ sinceSeconds: 900, why: "unconfirmed" });
    const entries = [anEntry({ outcome: "terminated" })];
    expect(rebuilt([ledger(entries, { acted, breaker })])).toEqual({
      ledger: { entries, breaker },
      announcements: new Map(),
      acted,
    });
  });

  test("counts nothing twice, whether it is written before or after the act itself", () => {
    const entry = anEntry();
    const acted = new Map([[episode, { mode: "enforce", attempts: 1, outcome: null }]] as const);
    for (const records of [
      [act("a"), ledger([entry], { acted })],
      [ledger([entry], { acted }), act("a")],
    ]) {
      const found = rebuilt([...records, outcomeOf("a", "terminated")]);
      expect(found.ledger.entries).toEqual([anEntry({ outcome: "terminated" })]);
      expect(found.acted.get(episode)).toEqual({ mode: "enforce", attempts: 1, outcome: "terminated" });
    }
  });

  test("takes nothing away: neither acts, nor outcomes, nor an open breaker", () => {
    const open = anOpenBreaker({ sinceSeconds: 900 });
    const before: readonly ReadRecord[] = [
      act("a"),
      outcomeOf("a", "terminated"),
      { type: "breaker", server, breaker: open },
    ];
    const unsettled = new Map([[episode, { mode: "enforce", attempts: 1, outcome: null }]] as const);
    expect(rebuilt([...before, ledger([])])).toEqual(rebuilt(before));
    expect(rebuilt([...before, ledger([anEntry()], { acted: unsettled })])).toEqual(rebuilt(before));
  });
});

describe("a ledger that was written before acts that stand before it", () => {
  const earlier = anEntry({ atSeconds: 900, outcome: "not_confirmed" });

  test("does not lower how often an episode was acted on, nor lend it an older outcome", () => {
    const once = new Map([[episode, { mode: "enforce", attempts: 1, outcome: "not_confirmed" }]] as const);
    const records = [ledger([earlier], { acted: once }), act("b"), ledger([earlier], { acted: once })];
    expect(rebuilt(records).acted.get(episode)).toEqual({ mode: "enforce", attempts: 2, outcome: "failed" });
  });

  test("brings entries, and the next outcome is none of theirs", () => {
    const { ledger: found } = rebuilt([act("b"), ledger([earlier]), outcomeOf("b", "terminated")]);
    expect(found.entries).toEqual([earlier, anEntry({ outcome: "terminated" })]);
  });

  test("does not hide by a dry run what was done", () => {
    const dry = new Map([[episode, { mode: "dry_run", attempts: 3, outcome: null }]] as const);
    const done = rebuilt([act("b"), ledger([], { acted: dry }), outcomeOf("b", "not_confirmed")]).acted;
    expect(done.get(episode)).toEqual({ mode: "enforce", attempts: 1, outcome: "not_confirmed" });
  });
});
