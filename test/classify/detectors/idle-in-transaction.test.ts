import { expect, test } from "vitest";
import { idleInTransaction } from "../../../src/classify/detectors/idle-in-transaction.ts";
import { backendStates } from "../../../src/observe/snapshot.ts";
import { anIdleTransaction, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const threshold = thresholds.idle_in_transaction;

test("its age is the time in the state, not that of the transaction or of the last statement", () => {
  const sighting = seen(anIdleTransaction({ stateSeconds: 12, xactSeconds: 300, querySeconds: 200 }));
  expect(idleInTransaction.ageSeconds(sighting, threshold)).toBe(12);
});

test("a new idle period of the same transaction is another period", () => {
  const [first, second] = ["2026-01-01 00:00:02+00", "2026-01-01 00:00:02.000001+00"].map((stateChange) =>
    idleInTransaction.period(seen(anIdleTransaction({ stateChange }))),
  );
  expect(first).not.toBe(second);
});

test.for(backendStates.filter((state) => state !== "idle in transaction"))(
  "a session that is %s is not one",
  (state) => {
    const sighting = seen(anIdleTransaction({ state }));
    expect(idleInTransaction.ageSeconds(sighting, threshold)).toBeNull();
    expect(idleInTransaction.period(sighting)).toBeNull();
  },
);

test("an age that the server does not tell is no age", () => {
  expect(idleInTransaction.ageSeconds(seen(anIdleTransaction({ stateSeconds: null })), threshold)).toBeNull();
});
