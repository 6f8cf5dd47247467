import { expect, test } from "vitest";
import { idleInTransactionAborted } from "../../../src/classify/detectors/idle-in-transaction-aborted.ts";
import { backendStates } from "../../../src/observe/snapshot.ts";
import { anIdleTransaction, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const threshold = thresholds.idle_in_transaction_aborted;
const aborted = "idle in transaction (aborted)";

test("it is seen although the server tells no start of the transaction", () => {
  const sighting = seen(
    anIdleTransaction({ state: aborted, xactStart: null, xactSeconds: null, stateSeconds: 12 }),
  );
  expect(idleInTransactionAborted.ageSeconds(sighting, threshold)).toBe(12);
});

test("it is seen after an error inside a savepoint, where the start of the transaction is set", () => {
  const sighting = seen(anIdleTransaction({ state: aborted, stateSeconds: 12 }));
  expect(idleInTransactionAborted.ageSeconds(sighting, threshold)).toBe(12);
});

test("its period is the very moment the state began", () => {
  const sighting = seen(anIdleTransaction({ state: aborted, stateChange: "2026-01-01 00:00:02.000001+00" }));
  expect(idleInTransactionAborted.period(sighting)).toBe("2026-01-01 00:00:02.000001+00");
});

test.for(backendStates.filter((state) => state !== aborted))("a session that is %s is not one", (state) => {
  const sighting = seen(anIdleTransaction({ state }));
  expect(idleInTransactionAborted.ageSeconds(sighting, threshold)).toBeNull();
  expect(idleInTransactionAborted.period(sighting)).toBeNull();
});
