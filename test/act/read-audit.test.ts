import { readFile, truncate, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { openAudit } from "../../src/act/audit.ts";
import { auditLine } from "../../src/act/audit-line.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { readAudit, type AuditRead } from "../../src/act/read-audit.ts";
import { ledgerRecord } from "../../src/act/ledger-record.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { MOST_ENTRIES, type LedgerEntry } from "../../src/decide/ledger.ts";
import { aFolder, aLedger, anEntry, anIntent, anOutcome, aPath } from "../support/an-audit.ts";

async function read(path: string): Promise<AuditRead> {
  const found = await readAudit(path);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

function textOf(...records: readonly AuditRecord[]): string {
  return records.map((record) => auditLine(record, new Date(0))).join("");
}

function idsIn({ records }: AuditRead): readonly string[] {
  return records.flatMap((record) => ("id" in record ? [`${record.type} ${record.id}`] : []));
}

describe("E21: an audit is read again", () => {
  test("one that is not there yet is empty", async () => {
    expect(await readAudit(await aPath())).toEqual({ records: [], unreadableLines: 0 });
  });

  test("oldest first, and without what nothing is rebuilt from", async () => {
    const path = await aPath();
    await writeFile(path, textOf(anIntent("a"), { type: "resumed" }, anOutcome("a"), anIntent("b")));
    const found = await read(path);
    expect(idsIn(found)).toEqual(["act a", "outcome a", "act b"]);
    expect(found.unreadableLines).toBe(0);
  });

  test("wherever a crash tore its last line: what was whole stays, and what follows is read", async () => {
    const path = await aPath();
    const whole = textOf(anIntent("a"), anOutcome("a"));
    const last = textOf(anIntent("torn"));
    for (let length = 0; length < last.length; length += 13) {
      await writeFile(path, whole + last);
      await truncate(path, whole.length + length);
      const audit = await openAudit(path);
      await audit.record(anIntent("b"));
      await audit.close();
      const found = await read(path);
      expect(idsIn(found)).toEqual(["act a", "outcome a", "act b"]);
      expect(found.unreadableLines).toBe(length === 0 ? 0 : 1);
    }
  });

  test("lines that are not ours are counted, and cost nothing else", async () => {
    const path = await aPath();
    await writeFile(path, `${textOf(anIntent("a"))}hello\n\n\n\0\0\0\n{"v":1}\n${textOf(anOutcome("a"))}`);
    const found = await read(path);
    expect([idsIn(found), found.unreadableLines]).toEqual([["act a", "outcome a"], 3]);
  });

  test("E15: one whose ledgers a crash tore while a rotation began it is a problem, in words", async () => {
    const path = await aPath();
    const parts = [1, 2].map((part) => ({ ...aLedger([anEntry()]), part, parts: 2 }));
    const head = textOf(...parts);
    const torn = { problem: expect.stringMatching(/^its first lines are torn or missing, and no ledger/u) };
    for (let length = 1; length < head.length - 1; length += 13) {
      await writeFile(path, head.slice(0, length));
      expect(await readAudit(path)).toEqual(torn);
      // What a pgleash that believed it wrote behind it makes it no better.
      await writeFile(path, `${head.slice(0, length)}\n${textOf(anIntent("a"))}`);
      expect(await readAudit(path)).toEqual(torn);
      // Where it lived on, it wrote the ledgers anew.
      await writeFile(path, `${head.slice(0, length)}\n${head}`);
      expect((await read(path)).records.length).toBeGreaterThanOrEqual(2);
    }
    await writeFile(path, head);
    expect((await read(path)).records).toHaveLength(2);
  });

  test("a newer version of the record is a problem, in words", async () => {
    const path = await aPath();
    await writeFile(path, `${textOf(anIntent("a"))}{"v":2,"type":"intent"}\n`);
    expect(await readAudit(path)).toEqual({
      problem: "a newer pgleash wrote it: version 2 of the record, and this one knows 1",
    });
  });

  test("what is no file is a problem, in words", async () => {
    expect(await readAudit(await aFolder())).toEqual({ problem: expect.stringContaining("EISDIR") });
  });
});

describe("of a long audit", () => {
  const mebibyte = "x".repeat(1024 * 1024);

  /** Acts of one MiB each. */
  function longActs(first: number, count: number): string {
    const acts = Array.from({ length: count }, (_none, index) =>
      anIntent(`${first + index}`, { rule: mebibyte }),
    );
    return textOf(...acts);
  }

  test("the end is read, in whole lines, where it holds the ledgers", async () => {
    const path = await aPath();
    await writeFile(path, longActs(0, 35) + textOf(aLedger([])) + longActs(35, 5));
    const found = await read(path);
    expect(found.unreadableLines).toBe(0);
    expect(idsIn(found).at(-1)).toBe("act 39");
    expect(found.records.length).toBeGreaterThan(10);
    expect(found.records.length).toBeLessThanOrEqual(17);
  });

  test("so much more is read as it takes to find the ledgers whole", async () => {
    const path = await aPath();
    const parts = [1, 2].map((part) => ({ ...aLedger([]), part, parts: 2 }));
    const [, ...torn] = parts;
    await writeFile(
      path,
      longActs(0, 60) + textOf(...parts) + longActs(60, 20) + textOf(...torn) + longActs(80, 5),
    );
    const found = await read(path);
    expect(found.records.filter(({ type }) => type === "ledger")).toHaveLength(3);
    expect(found.records.length).toBeLessThanOrEqual(35);
  });

  test("all of it is read where there are none", async () => {
    const path = await aPath();
    await writeFile(path, longActs(0, 40));
    expect((await read(path)).records).toHaveLength(40);
  });

  test("a file that is longer than any audit, and holds none, is a problem, in words", async () => {
    const path = await aPath();
    await writeFile(path, "\n");
    await truncate(path, 300 * 1024 * 1024);
    expect(await readAudit(path)).toEqual({
      problem: "no ledger is in its last 268435456 bytes: is it an audit of pgleash?",
    });
  });

  test("E15: a full ledger of the longest names is found, wherever a crash falls", async () => {
    const path = await aPath();
    const entries = Array.from({ length: MOST_ENTRIES }, (_none, index) => aLongEntry(index));
    const acted = new Map(
      entries.map(({ episode, outcome }) => [episode, { mode: "enforce", attempts: 2, outcome } as const]),
    );
    const leash = { ...emptyLeash, ledger: { ...emptyLeash.ledger, entries }, acted };
    const ledger = textOf(ledgerRecord("db1", leash));
    // Written twice its length apart; the last one is torn just before its end.
    const between = `${"z".repeat(ledger.length)}\n`.repeat(2);
    await writeFile(path, ledger + between + ledger.slice(0, -2));
    expect(ledger.length).toBeGreaterThan(16 * 1024 * 1024);
    expect(rebuildLeash((await read(path)).records, "db1").ledger.entries).toHaveLength(MOST_ENTRIES);
  });

  test("a first line that is whole is not lost for standing exactly at the bound", async () => {
    const path = await aPath();
    const bound = 16 * 1024 * 1024;
    const end = textOf(aLedger([]), anIntent("first"));
    const padding = `${" ".repeat(bound - Buffer.byteLength(end) - 1)}\n`;
    await writeFile(path, `${textOf(anIntent("before"))}${end}${padding}`);
    expect(idsIn(await read(path))).toEqual(["act first"]);
  });

  test("E15: acts that lie before its end still count, because the ledgers are repeated", async () => {
    const path = await aPath();
    const entries = Array.from({ length: 25 }, (_none, index) =>
      anEntry({ atSeconds: 1000 + index, outcome: "terminated" }),
    );
    const audit = await openAudit(path, { ledgers: () => [aLedger(entries)] });
    for (const [index, entry] of entries.entries()) await audit.record(anIntent(`${index}`, entry));
    // Announcements by the thousand, as of an application that forgets and comes back all the time.
    const long = "y".repeat(1024 * 1024);
    for (let written = 0; written < 20; written += 1)
      await audit.record({ type: "paused", reason: long, until: null, by: null });
    await audit.close();
    expect((await readFile(path)).length).toBeGreaterThan(20 * 1024 * 1024);
    const { records } = await read(path);
    const leash = rebuildLeash(records, "db1");
    expect(leash.ledger.entries).toEqual(entries);
  });
});

/** An act on a session whose names are as long as PostgreSQL and the configuration allow, and longer on record. */
function aLongEntry(index: number): LedgerEntry {
  const name = "\u0001".repeat(63);
  return anEntry({
    atSeconds: 1_800_000_000.123456 + index,
    rule: "\u2028".repeat(100),
    episode: `idle_in_transaction_aborted/${4_000_000 + index}/2026-01-01 00:00:00.000001+00/2026-01-01 00:00:01.000002+00`,
    holder: {
      usename: name,
      applicationName: name,
      clientAddr: "2001:0db8:0000:0000:0000:0000:0000:0001/128",
    },
    outcome: "not_confirmed",
  });
}
