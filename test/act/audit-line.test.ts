import { describe, expect, test } from "vitest";

import { auditLine, readLine } from "../../src/act/audit-line.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { ledgerRecord } from "../../src/act/ledger-record.ts";
import { anEntry, anIntent, anOutcome } from "../support/an-audit.ts";

const now = new Date("2027-01-15T08:00:00Z");
const entry = anEntry();
const { episode } = entry;

function readBack(record: AuditRecord): ReturnType<typeof readLine> {
  return readLine(auditLine(record, now).trimEnd());
}

describe("what is written is read again", () => {
  const nobody = { usename: null, applicationName: null, clientAddr: null };

  test.for([entry, anEntry({ mode: "dry_run", action: "cancel", holder: nobody })])("an act", (act) => {
    const record = { type: "act", id: "a", server: "db1", entry: act };
    expect(readBack(anIntent("a", act))).toEqual({ type: "record", record });
  });

  test("an outcome", () => {
    expect(readBack(anOutcome("a", "not_confirmed"))).toEqual({
      type: "record",
      record: { type: "outcome", id: "a", server: "db1", episode, outcome: "not_confirmed" },
    });
  });

  test("an orphan", () => {
    const record = { type: "orphan", id: "a" };
    expect(readBack({ type: "orphan", id: "a", server: "db1", episode })).toEqual({ type: "record", record });
  });

  test.for([
    { why: "futile", breaker: { state: "open", sinceSeconds: 1000.25, why: "futile" } },
    { why: null, breaker: { state: "closed", sinceSeconds: 1000.25 } },
  ] as const)("a breaker that is $breaker.state", ({ why, breaker }) => {
    const { state, sinceSeconds } = breaker;
    const written = { type: "breaker", server: "db1", state, since_seconds: sinceSeconds, why } as const;
    expect(readBack(written)).toEqual({
      type: "record",
      record: { type: "breaker", server: "db1", breaker },
    });
  });

  test("a ledger", () => {
    const entries = [entry, anEntry({ atSeconds: 1001.000_001, outcome: "moved_on", mode: "dry_run" })];
    const acted = new Map([[episode, { mode: "enforce", attempts: 2, outcome: "failed" }]] as const);
    const breaker = { state: "open", sinceSeconds: 900, why: "unconfirmed" } as const;
    const leash = { ledger: { entries, breaker }, announcements: new Map(), acted };
    expect(readBack(ledgerRecord("db1", leash))).toEqual({
      type: "record",
      record: { type: "ledger", server: "db1", entries, acted, breaker },
    });
  });

  test.for([
    { type: "started", version: "1.2.3", mode: "dry_run" },
    { type: "paused", reason: "migration", until: null, by: null },
    { type: "resumed" },
    { type: "gap", lost: 1, since: now.toISOString(), why: "ENOSPC" },
  ] as const)("$type, from which nothing is rebuilt", (record) => {
    expect(readBack(record)).toEqual({ type: "other" });
  });
});

describe("what cannot be read is told apart", () => {
  test.for([
    "",
    "{",
    "null",
    "[]",
    "7",
    "{}",
    '{"type":"intent"}',
    '{"v":"1","type":"intent"}',
    '{"v":0,"type":"intent"}',
    '{"v":1}',
    '{"v":1,"type":"intent"}',
    '{"v":1,"type":"outcome","id":"a","server":"db1","episode":"e","outcome":"succeeded"}',
    '{"v":1,"type":"ledger","server":"db1"}',
  ])("%j is unreadable", (line) => {
    expect(readLine(line)).toEqual({ type: "unreadable" });
  });

  test("of a record that is torn anywhere nothing is believed", () => {
    const line = auditLine(anIntent("a"), now).trimEnd();
    const believed = Array.from(line, (_character, end) => line.slice(0, end)).filter(
      (cut) => readLine(cut).type !== "unreadable",
    );
    expect(believed).toEqual([]);
  });

  test("a newer version is no damage, whatever else it says", () => {
    expect(readLine('{"v":2,"type":"intent"}')).toEqual({ type: "newer", version: 2 });
  });

  test.for(["__proto__", "constructor", "toString", "a type that came later"])(
    "a record of type %j is another one",
    (type) => {
      expect(readLine(JSON.stringify({ v: 1, type }))).toEqual({ type: "other" });
    },
  );

  test("a field that limits do not need makes no record unreadable", () => {
    const changed = {
      ...anIntent("a"),
      v: 1,
      harm: "catastrophic",
      kind: "sleepwalking",
      pid: null,
      more: {},
    };
    expect(readLine(JSON.stringify(changed)).type).toBe("record");
  });

  test("a breaker that is open for a reason of another version stays open", () => {
    const line = { v: 1, type: "breaker", server: "db1", state: "open", since_seconds: 1, why: "moonlight" };
    expect(readLine(JSON.stringify(line))).toMatchObject({ record: { breaker: { state: "open" } } });
  });
});
