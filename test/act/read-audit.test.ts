import { readFile, truncate, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { openAudit } from "../../src/act/audit.ts";
import { auditLine } from "../../src/act/audit-line.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { readAudit, type AuditRead } from "../../src/act/read-audit.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
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
    await writeFile(path, `hello\n${textOf(anIntent("a"))}\n\n\0\0\0\n{"v":1}\n${textOf(anOutcome("a"))}`);
    const found = await read(path);
    expect([idsIn(found), found.unreadableLines]).toEqual([["act a", "outcome a"], 3]);
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
  test("the end is read, in whole lines", async () => {
    const path = await aPath();
    const rule = "x".repeat(1024 * 1024);
    await writeFile(
      path,
      textOf(...Array.from({ length: 40 }, (_none, index) => anIntent(`${index}`, { rule }))),
    );
    const found = await read(path);
    expect(found.unreadableLines).toBe(0);
    expect(idsIn(found).at(-1)).toBe("act 39");
    expect(found.records.length).toBeGreaterThan(10);
    expect(found.records.length).toBeLessThanOrEqual(16);
  });

  test("a first line that is whole is not lost for standing exactly at the bound", async () => {
    const path = await aPath();
    const bound = 16 * 1024 * 1024;
    const end = textOf(anIntent("first"));
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
