import { describe, expect, test } from "vitest";

import { quickAges } from "../../src/classify/candidate-ages.ts";
import { lookDue, type LookDue } from "../../src/classify/look-due.ts";
import type { OpenTransaction } from "../../src/observe/quick-snapshot.ts";
import { thresholds } from "../support/thresholds.ts";

const LAST = 1_800_000_000;
const ages = { idleInTransactionSeconds: 10, activeSeconds: 100, transactionSeconds: 60 };

/** Five seconds after the last look. */
function dueFor(...transactions: readonly Partial<OpenTransaction>[]): LookDue {
  const all = transactions.map((overrides) => ({
    pid: 1,
    state: "idle in transaction" as const,
    xactSeconds: 20,
    querySeconds: 20,
    stateSeconds: 12,
    ...overrides,
  }));
  return lookDue({ takenAtSeconds: LAST + 5, transactions: all }, { ages, lastLookSeconds: LAST });
}

const notDue: LookDue = { type: "not_due", why: "nobody_came_of_age" };

describe("a look is due", () => {
  test.for<[string, Partial<OpenTransaction>, string]>([
    ["a pause that came of age", { stateSeconds: 10 }, "idle_in_transaction"],
    [
      "a pause that would have at the last look, a moment later",
      { stateSeconds: 14.999 },
      "idle_in_transaction",
    ],
    [
      "a statement that came of age",
      { state: "active", querySeconds: 100, xactSeconds: 200 },
      "stale_active",
    ],
    ["a fast-path call", { state: "fastpath function call", querySeconds: 104 }, "stale_active"],
    ["a transaction that came of age", { stateSeconds: 1, xactSeconds: 61 }, "long_transaction"],
    [
      "a transaction at work that did",
      { state: "active", querySeconds: 1, xactSeconds: 61 },
      "long_transaction",
    ],
  ])("for %s", ([, transaction, kind]) => {
    expect(dueFor({ xactSeconds: 300, stateSeconds: 300 }, { pid: 7, ...transaction })).toEqual({
      type: "due",
      kind,
      pid: 7,
    });
  });
});

describe("no look is due", () => {
  test.for<[string, Partial<OpenTransaction>]>([
    ["a pause that is too young", { stateSeconds: 9.999 }],
    ["a pause that the last look saw at that age", { stateSeconds: 15 }],
    ["a pause that the last look saw much older, suspect or not", { stateSeconds: 4000, xactSeconds: 4000 }],
    ["a statement that is too young", { state: "active", querySeconds: 20 }],
    [
      "a statement that the last look saw at that age",
      { state: "active", querySeconds: 105, xactSeconds: 200 },
    ],
    ["a state that says nothing", { state: "unknown", querySeconds: 102, xactSeconds: 61 }],
    ["ages that are hidden", { stateSeconds: null, querySeconds: null }],
  ])("for %s", ([, transaction]) => {
    expect(dueFor(transaction)).toEqual(notDue);
  });

  test("when there is nobody", () => {
    expect(dueFor()).toEqual(notDue);
  });

  test("while the server's clock is behind the last look: it went back", () => {
    const transactions = [
      { pid: 1, state: "idle in transaction", xactSeconds: 50, querySeconds: 50, stateSeconds: 10 } as const,
    ];
    const earlier = { takenAtSeconds: LAST - 1, transactions };
    expect(lookDue(earlier, { ages, lastLookSeconds: LAST })).toEqual(notDue);
  });
});

const override = (kind: "idle_in_transaction" | "stale_active", enabled: boolean) => ({
  matches: () => false,
  thresholds: { [kind]: { enabled, suspectAfterSeconds: 3, leakedAfterSeconds: 60 } },
});

test("the ages are the youngest of any override, and of no kind that is off or unseen", () => {
  const defaults = {
    ...thresholds,
    idle_in_transaction_aborted: { enabled: true, suspectAfterSeconds: 1, leakedAfterSeconds: 60 },
    long_transaction: { enabled: false, suspectAfterSeconds: 1, leakedAfterSeconds: 60 },
  };
  const overrides = [override("idle_in_transaction", true), override("stale_active", false)];
  expect(quickAges({ defaults, overrides, expected: [], markers: [] })).toEqual({
    idleInTransactionSeconds: 3,
    activeSeconds: 10,
    transactionSeconds: Infinity,
  });
});
