import { describe, expect, test } from "vitest";

import { blockedSessions, lockWaits, type Waits } from "../../src/classify/blocking.ts";
import type { LockWait } from "../../src/observe/evidence.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { anIdleTransaction, aRunningStatement } from "../support/a-sighting.ts";
import { aLook, anEvidence } from "../support/a-snapshot.ts";

const none: Waits = new Map();

function waiter(pid: number, overrides: Partial<Backend> = {}): Backend {
  return aRunningStatement({
    id: { pid, backendStart: "b" },
    waitEventType: "Lock",
    waitEvent: "transactionid",
    ...overrides,
  });
}

function idle(pid: number): Backend {
  return anIdleTransaction({ id: { pid, backendStart: "b" } });
}

/** How many sessions each pid blocks, when the evidence says who waits for whom. */
function blockedBy(backends: readonly Backend[], waits: readonly LockWait[]): Record<string, number> {
  const look = aLook(0, ...backends);
  return Object.fromEntries(blockedSessions(look, lockWaits(look, anEvidence({ lockWaits: waits }), none)));
}

describe("whoever is waited for and does not wait", () => {
  test("is counted for each session that waits for it", () => {
    const waits = [2, 3].map((pid) => ({ pid, blockingPids: [1] }));
    expect(blockedBy([idle(1), waiter(2), waiter(3)], waits)).toEqual({ 1: 2 });
  });

  test("is counted for those behind others, and those others are not blamed", () => {
    const waits = [
      { pid: 2, blockingPids: [1] },
      { pid: 3, blockingPids: [2] },
      { pid: 4, blockingPids: [3, 2] },
    ];
    expect(blockedBy([idle(1), waiter(2), waiter(3), waiter(4)], waits)).toEqual({ 1: 3 });
  });

  test("shares a waiter with the others that it waits for", () => {
    expect(blockedBy([idle(1), idle(5), waiter(2)], [{ pid: 2, blockingPids: [1, 5] }])).toEqual({
      1: 1,
      5: 1,
    });
  });

  test("may be nobody that the look returned, or a prepared transaction, which is 0", () => {
    const waits = [
      { pid: 2, blockingPids: [77] },
      { pid: 3, blockingPids: [0] },
    ];
    expect(blockedBy([waiter(2), waiter(3)], waits)).toEqual({ 77: 1, 0: 1 });
  });

  test("is nobody in a deadlock, nor where nobody asked", () => {
    const deadlock = [
      { pid: 2, blockingPids: [3] },
      { pid: 3, blockingPids: [2] },
    ];
    expect(blockedBy([waiter(2), waiter(3)], deadlock)).toEqual({});
    expect(blockedBy([waiter(2), waiter(3)], [{ pid: 3, blockingPids: [2] }])).toEqual({});
  });
});

describe("who waits for whom", () => {
  const first = lockWaits(
    aLook(0, waiter(2)),
    anEvidence({ lockWaits: [{ pid: 2, blockingPids: [1] }] }),
    none,
  );

  test("is remembered while the same statement waits", () => {
    expect(lockWaits(aLook(10, waiter(2)), null, first)).toEqual(first);
  });

  test("is forgotten when the wait is over, the statement another, or the session another", () => {
    expect(lockWaits(aLook(10, waiter(2, { waitEventType: null })), null, first).size).toBe(0);
    expect(lockWaits(aLook(10, waiter(2, { queryStart: "later" })), null, first).size).toBe(0);
    expect(lockWaits(aLook(10, waiter(2, { id: { pid: 2, backendStart: "c" } })), null, first).size).toBe(0);
  });

  test("is what newer evidence says", () => {
    const newer = anEvidence({ lockWaits: [{ pid: 2, blockingPids: [] }] });
    const look = aLook(10, waiter(2));
    expect(blockedSessions(look, lockWaits(look, newer, first)).size).toBe(0);
  });
});
