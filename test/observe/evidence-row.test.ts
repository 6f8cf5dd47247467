import { expect, test } from "vitest";
import { toEvidence } from "../../src/observe/evidence-row.ts";

const prepared = {
  gid: "order-17",
  prepared_at: "2026-01-01 00:00:00.000001+00",
  prepared_seconds: 12.5,
  datname: "shop",
  usename: null,
  xid_age: 40,
};

const row = {
  taken_at_seconds: 1_800_000_000.25,
  lock_waits: [
    { pid: 7, blocking_pids: [8, 0] },
    { pid: 9, blocking_pids: [] },
  ],
  prepared_transactions: [prepared],
  prepared_total: 3,
  slot_horizons: [{ slot_name: "replica_1", active: false, age: 900 }],
  connection_limits: [
    { scope: "database", name: "shop", connection_limit: 40 },
    { scope: "role", name: "app", connection_limit: 0 },
  ],
  session_endings: [{ datname: "shop", killed: 1, abandoned: 2, fatal: 3 }],
  advisory_lock_pids: [5],
};

test("a row becomes evidence that says what was cut", () => {
  expect(toEvidence(row)).toEqual({
    takenAtSeconds: 1_800_000_000.25,
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
    preparedCut: 2,
    slotHorizons: [{ slotName: "replica_1", active: false, age: 900 }],
    connectionLimits: [
      { scope: "database", name: "shop", limit: 40 },
      { scope: "role", name: "app", limit: 0 },
    ],
    sessionEndings: [{ datname: "shop", killed: 1, abandoned: 2, fatal: 3 }],
    advisoryLockPids: [5],
  });
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
    "a scope that nobody knows",
    { ...row, connection_limits: [{ ...row.connection_limits[0], scope: "tenant" }] },
  ],
])("%s is refused", ([, bad]) => {
  expect(() => toEvidence(bad)).toThrow(/expected/i);
});
