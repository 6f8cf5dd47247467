import { expect, test } from "vitest";

import { advisoryLocks, holdsAdvisoryLock } from "../../../src/classify/evidence/advisory-lock.ts";
import type { Backend } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";
import { aLook, anEvidence } from "../../support/a-snapshot.ts";

function idle(pid: number, overrides: Partial<Backend> = {}): Backend {
  return aBackend({ id: { pid, backendStart: "b" }, stateChange: "then", ...overrides });
}

const asked = advisoryLocks(
  aLook(0, idle(1), idle(2), idle(3)),
  anEvidence({ askedIdlePids: [1, 2], advisoryLockPids: [2] }),
  new Map(),
);

test("who was asked about holds a lock or does not, and of the others nobody knows", () => {
  expect([1, 2, 3].map((pid) => holdsAdvisoryLock(idle(pid), asked))).toEqual([false, true, null]);
});

test("an answer holds for as long as the session stays idle, whatever else is asked meanwhile", () => {
  const others = anEvidence({ askedIdlePids: [3], advisoryLockPids: [] });
  const later = advisoryLocks(aLook(10, idle(1), idle(2), idle(3)), others, asked);
  expect([1, 2, 3].map((pid) => holdsAdvisoryLock(idle(pid), later))).toEqual([false, true, false]);
  const last = advisoryLocks(aLook(20, idle(1), idle(2), idle(3)), null, later);
  expect(last).toEqual(later);
});

test.for<[string, Backend]>([
  ["moved", idle(1, { stateChange: "later" })],
  ["is another session of the same pid", idle(1, { id: { pid: 1, backendStart: "c" } })],
])("nothing is known any more of one that %s", ([, backend]) => {
  expect(holdsAdvisoryLock(backend, asked)).toBeNull();
  expect(advisoryLocks(aLook(10, backend), null, asked).size).toBe(0);
});

test("one that left the candidates, or went to work, is forgotten", () => {
  expect(advisoryLocks(aLook(10, idle(1, { state: "active" })), null, asked).size).toBe(0);
  expect(advisoryLocks(aLook(10), null, asked).size).toBe(0);
});
