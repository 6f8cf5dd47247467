import { expect, test } from "vitest";

import { afterEnd, afterLook, leaksOf, runFrom, type LeakRules } from "../../src/leak-check/run-so-far.ts";
import type { Seen } from "../../src/leak-check/seen.ts";
import { aHolder, aSession, seenAt } from "../support/a-run.ts";

const rules: LeakRules = {
  heldSeconds: 10,
  untouchedSeconds: Infinity,
  isOurs: ({ usename }) => usename !== "other",
  mayBeOurs: () => true,
  whyNobody: null,
};

/** How many went in doubt, and how many leaked; the command ends between the last two looks. */
function counted(...looks: readonly Seen[]): readonly [went: number, leaks: number] {
  const before = looks.slice(0, -1).reduce((run, look) => afterLook(run, look, rules), runFrom(seenAt(0)));
  const after = afterLook(before, looks.at(-1) ?? seenAt(9), rules);
  const ended = afterEnd(before, after, rules);
  return [ended.wentInTransaction, leaksOf(ended).length];
}

test("who goes out of a transaction, at the end or long before, is in doubt", () => {
  expect(counted(seenAt(2, [aHolder(7, 1, 1)]), seenAt(2.1))).toEqual([1, 0]);
  expect(counted(seenAt(2, [aHolder(7, 1, 1)]), seenAt(3), seenAt(9), seenAt(9.1))).toEqual([1, 0]);
});

test("a request that a look happens upon is not", () => {
  expect(counted(seenAt(2, [aHolder(7, 1.6, 0.4)]), seenAt(2.1))).toEqual([0, 0]);
  expect(counted(seenAt(2, [aHolder(7, 1.5, 0.5)]), seenAt(2.1))).toEqual([1, 0]);
});

test("a failed transaction is one", () => {
  const failed = { ...aHolder(7, 1, 1), state: "idle in transaction (aborted)" as const };
  expect(counted(seenAt(2, [failed]), seenAt(2.1))).toEqual([1, 0]);
});

test("who was seen out of it, and who runs a statement of its own, is not", () => {
  const done = aSession(7, 1, { stateSeconds: 0 });
  const busy = aSession(8, 1, { state: "active", stateSeconds: 1 });
  expect(counted(seenAt(2, [aHolder(7, 1, 1), busy]), seenAt(3, [done, busy]), seenAt(3.1))).toEqual([0, 0]);
});

test("who leaked is in doubt no more, by whatever way", () => {
  expect(counted(seenAt(5, [aHolder(7, 2, 3)]), seenAt(5.1))).toEqual([0, 1]);
  expect(counted(seenAt(15, [aHolder(7, 2, 13)]), seenAt(16), seenAt(30), seenAt(31))).toEqual([0, 1]);
  expect(counted(seenAt(5, [aHolder(7, 2, 3), aHolder(8, 4, 1)]), seenAt(5.1))).toEqual([1, 1]);
});

test("others are not told of", () => {
  expect(counted(seenAt(2, [{ ...aHolder(7, 1, 1), usename: "other" }]), seenAt(2.1))).toEqual([0, 0]);
});
