import { rename } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { openAudit } from "../../src/act/audit.ts";
import type { ReadRecord } from "../../src/act/audit-line.ts";
import { orphansIn } from "../../src/act/orphans.ts";
import { readAudit } from "../../src/act/read-audit.ts";
import type { LedgerEntry, Outcome } from "../../src/decide/ledger.ts";
import { aLedger, anEntry, anIntent, anOutcome, aPath } from "../support/an-audit.ts";

const server = "db1";
const { episode } = anEntry();

function act(id: string, overrides: Partial<LedgerEntry> = {}): ReadRecord {
  return { type: "act", id, server, entry: anEntry(overrides) };
}

function outcomeOf(id: string, outcome: Outcome, of: { server?: string; episode?: string } = {}): ReadRecord {
  return { type: "outcome", id, server, episode, outcome, ...of };
}

function calledOff(id: string): ReadRecord {
  return { type: "called_off", id, server, episode };
}

function ledger(...entries: readonly LedgerEntry[]): ReadRecord {
  return {
    type: "ledger",
    server,
    entries,
    acted: new Map(),
    breaker: { state: "closed", sinceSeconds: 0 },
  };
}

function named(records: readonly ReadRecord[]): readonly string[] {
  return orphansIn(records).map(({ id }) => id);
}

async function orphansOf(path: string): Promise<readonly string[]> {
  const read = await readAudit(path);
  return "problem" in read ? [read.problem] : named(read.records);
}

describe("E21: an intent without an outcome is an orphan", () => {
  test("which is named until a record says that it was reported, called off, or what came of it", () => {
    const records = [act("a"), act("b"), act("c"), outcomeOf("b", "terminated")];
    expect(named(records)).toEqual(["a", "c"]);
    expect(named([...records, { type: "orphan", id: "a" }])).toEqual(["c"]);
    expect(named([...records, { type: "orphan", id: "a" }, outcomeOf("c", "failed")])).toEqual([]);
    expect(named([...records, calledOff("a")])).toEqual(["c"]);
  });

  test("with its server and its episode", () => {
    expect(orphansIn([act("a")])).toEqual([{ id: "a", server, episode }]);
  });

  test("but never in a dry run, which does nothing", () => {
    expect(orphansIn([act("a", { mode: "dry_run" })])).toEqual([]);
    expect(orphansIn([ledger(anEntry({ mode: "dry_run" }))])).toEqual([]);
  });
});

describe("E21: so is one of which a ledger alone tells", () => {
  const id = `db1/1000/${episode}`;

  test("until a record says that it was reported, called off, or what came of it", () => {
    expect(orphansIn([ledger(anEntry())])).toEqual([{ id, server, episode }]);
    for (const record of [{ type: "orphan", id } as const, calledOff("a"), outcomeOf("a", "terminated")])
      expect(named([ledger(anEntry()), record])).toEqual([]);
    expect(named([ledger(anEntry({ outcome: "failed" }))])).toEqual([]);
  });

  test("named once, though the ledgers are repeated, or its intent is there as well", () => {
    expect(named([ledger(anEntry()), ledger(anEntry())])).toEqual([id]);
    expect(named([act("a"), ledger(anEntry())])).toEqual(["a"]);
    expect(named([act("a"), ledger(anEntry()), { type: "orphan", id: "a" }])).toEqual([]);
    expect(named([ledger(anEntry()), ledger(anEntry({ outcome: "terminated" }))])).toEqual([]);
  });

  test("and what came of another act says nothing of it", () => {
    const others = [
      outcomeOf("a", "terminated", { episode: "another" }),
      outcomeOf("a", "terminated", { server: "db2" }),
      { type: "orphan", id: "a" } as const,
    ];
    for (const other of others) expect(named([ledger(anEntry()), other])).toEqual([id]);
    const later = [act("b", { atSeconds: 2000 }), outcomeOf("b", "terminated")];
    expect(named([ledger(anEntry()), ...later])).toEqual([id]);
    const both = [anEntry(), anEntry({ atSeconds: 2000 })];
    expect(named([ledger(...both), outcomeOf("b", "terminated")])).toEqual([id]);
  });
});

/** The new file, which begins while the act is under way. */
async function rotatedDuringAct(): Promise<{
  readonly path: string;
  readonly audit: Awaited<ReturnType<typeof openAudit>>;
}> {
  const path = await aPath();
  const audit = await openAudit(path, { ledgers: () => [aLedger([anEntry()])] });
  await audit.record(anIntent("a"));
  await rename(path, `${path}.1`);
  await audit.reopen();
  return { path, audit };
}

describe("E21: an act during which the file is rotated", () => {
  test("is reported by the next process if this one dies, and by none after it", async () => {
    const { path, audit } = await rotatedDuringAct();
    await audit.close();
    const [id = "none", ...others] = await orphansOf(path);
    expect([id, others]).toEqual([`db1/1000/${episode}`, []]);
    const next = await openAudit(path);
    await next.record({ type: "orphan", id, server, episode });
    await next.close();
    expect(await orphansOf(path)).toEqual([]);
  });

  test("is no orphan once its outcome is in the new file", async () => {
    const { path, audit } = await rotatedDuringAct();
    await audit.record(anOutcome("a"));
    await audit.close();
    expect(await orphansOf(path)).toEqual([]);
  });
});
