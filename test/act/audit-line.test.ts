import { describe, expect, test } from "vitest";

import { auditLine, readLine } from "../../src/act/audit-line.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { breakerFields, ledgerRecord } from "../../src/act/ledger-record.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { Breaker } from "../../src/decide/ledger.ts";
import { anOpenBreaker } from "../support/a-case.ts";
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

  const counted = { acts: 3, sessionsBefore: 12, sessionsAfter: 13 };
  const application = { usename: "app", applicationName: "web-1" };

  test.for<Breaker>([
    anOpenBreaker({ grounds: { actedOn: { breadth: "holder", holder: entry.holder }, ...counted } }),
    anOpenBreaker({ grounds: { actedOn: { breadth: "application", application }, ...counted } }),
    anOpenBreaker({
      why: "unconfirmed",
      sinceSeconds: 1000.25,
      grounds: { actedOn: { breadth: "everybody" }, ...counted },
    }),
    anOpenBreaker({ grounds: null }),
    { state: "closed", sinceSeconds: 1000.25 },
  ])("a breaker: %j", (breaker) => {
    expect(readBack({ type: "breaker", server: "db1", ...breakerFields(breaker) })).toEqual({
      type: "record",
      record: { type: "breaker", server: "db1", breaker },
    });
  });

  test("a ledger", () => {
    const entries = [entry, anEntry({ atSeconds: 1001.000_001, outcome: "moved_on", mode: "dry_run" })];
    const acted = new Map([[episode, { mode: "enforce", attempts: 2, outcome: "failed" }]] as const);
    const breaker = anOpenBreaker({ why: "unconfirmed" });
    const leash = { ledger: { entries, breaker }, announcements: new Map(), acted };
    expect(readBack(ledgerRecord("db1", leash))).toEqual({
      type: "record",
      record: { type: "ledger", server: "db1", entries, acted, breaker },
    });
  });

  test("an intent that was called off", () => {
    const why = { reason: "paused", why: "paused: release 7" } as const;
    expect(readBack({ type: "called_off", id: "a", server: "db1", episode, ...why })).toEqual({
      type: "record",
      record: { type: "called_off", id: "a", server: "db1", episode },
    });
  });

  test("which of how many ledgers it is", () => {
    const ledger = { ...ledgerRecord("db1", emptyLeash), part: 2, parts: 3 };
    expect(readBack(ledger)).toMatchObject({ record: { type: "ledger", part: 2, parts: 3 } });
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

describe("what another version wrote is read", () => {
  const open = { v: 1, type: "breaker", server: "db1", state: "open", since_seconds: 1, why: "futile" };
  const grounds = { breadth: "planet", usename: null, application_name: null, client_addr: null };
  const counts = { acts: 3, sessions_before: 1, sessions_after: 1 };

  test.for([undefined, null, 7, {}, { ...grounds, ...counts }])("a breaker with grounds %j", (told) => {
    expect(readLine(JSON.stringify({ ...open, grounds: told }))).toEqual({
      type: "record",
      record: {
        type: "breaker",
        server: "db1",
        breaker: { state: "open", sinceSeconds: 1, why: "futile", grounds: null },
      },
    });
  });

  test("an act that does not tell the sessions of its application: at least those of its holder", () => {
    const { application_sessions: _application, ...older } = anIntent("a");
    expect(readLine(JSON.stringify({ v: 1, ...older }))).toEqual({
      type: "record",
      record: { type: "act", id: "a", server: "db1", entry: { ...entry, applicationSessions: 7 } },
    });
  });

  test.for(["announced", "withdrawn"])("%s without mode and action, as something else", (type) => {
    const older = { v: 1, type, server: "db1", episode, rule: "forgotten", planned_at: now.toISOString() };
    expect(readLine(JSON.stringify(older))).toEqual({ type: "other" });
  });

  test.for([0, "1", null])("a ledger that is part %j of some: as one that does not tell", (part) => {
    const { entries, acted, breaker, server } = ledgerRecord("db1", emptyLeash);
    const line = { v: 1, type: "ledger", server, part, parts: 2, entries, acted, breaker };
    expect(readLine(JSON.stringify(line))).toMatchObject({ record: { type: "ledger", parts: 2 } });
  });
});
