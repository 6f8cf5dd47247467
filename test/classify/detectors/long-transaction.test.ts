import { expect, test } from "vitest";
import { longTransaction } from "../../../src/classify/detectors/long-transaction.ts";
import { backendStates } from "../../../src/observe/snapshot.ts";
import { anIdleTransaction, aRunningStatement, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const threshold = thresholds.long_transaction;

test.for(["active", "idle in transaction"] as const)(
  "a transaction that is %s between short statements is as old as the transaction",
  (state) => {
    const sighting = seen(anIdleTransaction({ state, stateSeconds: 2, xactSeconds: 300 }));
    expect(longTransaction.ageSeconds(sighting, threshold)).toBe(300);
  },
);

test("one long statement is not one: it may be honest, and has a kind of its own", () => {
  expect(longTransaction.ageSeconds(seen(aRunningStatement()), threshold)).toBeNull();
});

test("one long idle period is not one: it has a kind of its own", () => {
  expect(longTransaction.ageSeconds(seen(anIdleTransaction()), threshold)).toBeNull();
});

test("a transaction that waits for a lock is not one, but its period goes on", () => {
  const sighting = seen(
    aRunningStatement({ stateSeconds: 2, xactSeconds: 300, waitEventType: "Lock", waitEvent: "tuple" }),
  );
  expect(longTransaction.ageSeconds(sighting, threshold)).toBeNull();
  expect(longTransaction.period(sighting)).toBe(sighting.backend.xactStart);
});

test("maintenance that reports progress is not one", () => {
  const progress = { command: "VACUUM", counter: "1" };
  const sighting = seen(aRunningStatement({ stateSeconds: 2, xactSeconds: 300, progress }));
  expect(longTransaction.ageSeconds(sighting, threshold)).toBeNull();
});

test("its period is the transaction, whatever its statements do", () => {
  const [first, second] = ["2026-01-01 00:00:02+00", "2026-01-01 00:00:03+00"].map((queryStart) =>
    longTransaction.period(seen(aRunningStatement({ queryStart, stateChange: queryStart }))),
  );
  expect(first).toBe(second);
});

const elsewhere = backendStates.filter((state) => state !== "active" && state !== "idle in transaction");

test.for(elsewhere)("a session that is %s is not one", (state) => {
  const sighting = seen(anIdleTransaction({ state, stateSeconds: 2, xactSeconds: 300 }));
  expect(longTransaction.ageSeconds(sighting, threshold)).toBeNull();
});

test("its period goes on through an error inside a savepoint, and is over when the transaction is", () => {
  expect(
    longTransaction.period(seen(anIdleTransaction({ state: "idle in transaction (aborted)" }))),
  ).not.toBeNull();
  expect(longTransaction.period(seen(anIdleTransaction({ state: "idle", xactStart: null })))).toBeNull();
  expect(longTransaction.period(seen(anIdleTransaction({ state: "starting" })))).toBeNull();
});
