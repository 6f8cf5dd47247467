import { expect, test } from "vitest";
import { toEvidence, toSignalGrant } from "../../src/observe/evidence-row.ts";
import { aCut } from "../support/a-snapshot.ts";

const prepared = {
  gid: "order-17",
  prepared_at: "2026-01-01 00:00:00.000001+00",
  prepared_seconds: 12.5,
  datname: "shop",
  usename: null,
  xid_age: 40,
  total: 3,
};

const question = { waiterPids: [7, 9], idlePids: [5, 6], waitersNotAsked: 11, idleNotAsked: 12 };

const row = {
  taken_at_seconds: 1_800_000_000.25,
  next_xid: 5_000_000_000,
  lock_waits: [
    { pid: 7, blocking_pids: [8, 0] },
    { pid: 9, blocking_pids: [] },
  ],
  prepared_transactions: [prepared],
  slot_horizons: [{ slot_name: "replica_1", active: false, xmin_age: 900, catalog_xmin_age: null, total: 4 }],
  connection_limits: [
    { scope: "database", name: "shop", connection_limit: 40, total: 5 },
    { scope: "role", name: "app", connection_limit: 0, total: 7 },
  ],
  session_endings: [{ datname: "shop", killed: 1, abandoned: 2, fatal: 3, total: 8 }],
  advisory_lock_pids: [5],
};

test("a row becomes evidence that says what was asked, and what was cut", () => {
  expect(toEvidence(row, question)).toEqual({
    takenAtSeconds: 1_800_000_000.25,
    nextXid: 5_000_000_000,
    lockWaits: [
      { pid: 7, blockingPids: [8, 0] },
      { pid: 9, blockingPids: [] },
    ],
    preparedTransactions: [
      {
        gid: "order-17",
        preparedAt: "2026-01-01 00:00:00.000001+00",
        preparedSeconds: 12.5,
        datname: "shop",
        usename: null,
        xidAge: 40,
      },
    ],
    slotHorizons: [{ slotName: "replica_1", active: false, xminAge: 900, catalogXminAge: null }],
    connectionLimits: [
      { scope: "database", name: "shop", limit: 40 },
      { scope: "role", name: "app", limit: 0 },
    ],
    sessionEndings: [{ datname: "shop", killed: 1, abandoned: 2, fatal: 3 }],
    askedIdlePids: [5, 6],
    advisoryLockPids: [5],
    cut: {
      lock_waiters: 11,
      idle_sessions: 12,
      prepared_transactions: 2,
      replication_slots: 3,
      connection_limits: 10,
      databases: 7,
    },
  });
});

test("of an empty list nothing was cut", () => {
  const lists = { prepared_transactions: [], slot_horizons: [], connection_limits: [], session_endings: [] };
  const nothing = { waiterPids: [], idlePids: [], waitersNotAsked: 0, idleNotAsked: 0 };
  expect(toEvidence({ ...row, ...lists }, nothing).cut).toEqual(aCut());
});

test.for<[string, unknown]>([
  ["nothing", undefined],
  ["no object", []],
  ["a missing list", { ...row, slot_horizons: undefined }],
  ["an array as text", { ...row, advisory_lock_pids: "{5}" }],
  [
    "a prepared transaction without an age",
    { ...row, prepared_transactions: [{ ...prepared, xid_age: null }] },
  ],
  [
    "a list that does not say how long it is",
    { ...row, prepared_transactions: [{ ...prepared, total: null }] },
  ],
  [
    "a scope that nobody knows",
    { ...row, connection_limits: [{ ...row.connection_limits[0], scope: "tenant" }] },
  ],
])("%s is refused", ([, bad]) => {
  expect(() => toEvidence(bad, question)).toThrow(/expected/i);
});

test("whether our role may signal stands in the same row, and must be said", () => {
  expect(toSignalGrant({ ...row, can_signal: true })).toBe(true);
  expect(toSignalGrant({ ...row, can_signal: false })).toBe(false);
  for (const said of [null, "t", undefined])
    expect(() => toSignalGrant({ ...row, can_signal: said })).toThrow(/expected/i);
});
