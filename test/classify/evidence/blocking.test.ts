import { describe, expect, test } from "vitest";

import { backendKey } from "../../../src/classify/backend-key.ts";
import { blockedSessions, lockWaits, waitOf, type Waits } from "../../../src/classify/evidence/blocking.ts";
import type { LockWait } from "../../../src/observe/evidence.ts";
import type { Backend } from "../../../src/observe/snapshot.ts";
import { anIdleTransaction, aRunningStatement } from "../../support/a-sighting.ts";
import { aLook, lookOf, lookRefused, lookWith } from "../../support/a-snapshot.ts";

const none: Waits = new Map();
const gapSeconds = 30;

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
  return Object.fromEntries(
    blockedSessions(look, lockWaits(lookWith(look, { lockWaits: waits }), none, gapSeconds)),
  );
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
    lookWith(aLook(0, waiter(2)), { lockWaits: [{ pid: 2, blockingPids: [1] }] }),
    none,
    gapSeconds,
  );

  test("is remembered while the same statement waits", () => {
    expect(lockWaits(lookOf(aLook(10, waiter(2))), first, gapSeconds)).toEqual(first);
    expect(waitOf(waiter(2), first)).toMatchObject({ blockingPids: [1], answeredSeconds: 1_800_000_000 });
  });

  test("is forgotten when the wait is over, the statement another, or the session another", () => {
    const others = [{ waitEventType: null }, { queryStart: "later" }, { id: { pid: 2, backendStart: "c" } }];
    for (const other of others)
      expect(lockWaits(lookOf(aLook(10, waiter(2, other))), first, gapSeconds).size).toBe(0);
    expect(waitOf(waiter(2, { queryStart: "later" }), first)).toBeUndefined();
  });

  test("stays what it was for those that a gathering did not ask about, or got no answer on", () => {
    for (const look of [lookWith(aLook(10, waiter(2)), {}), lookRefused(aLook(10, waiter(2)))])
      expect(lockWaits(look, first, gapSeconds)).toEqual(first);
  });

  test("is open for those that waited at a gathering and were not asked about", () => {
    const open = lockWaits(lookWith(aLook(0, waiter(2)), {}), none, gapSeconds);
    expect(waitOf(waiter(2), open)).toMatchObject({ blockingPids: [], answeredSeconds: null });
    expect(lockWaits(lookOf(aLook(0, waiter(2))), none, gapSeconds).size).toBe(0);
  });

  test("is open again when nobody could renew the answer for six gaps", () => {
    const at = (seconds: number) =>
      lockWaits(lookRefused(aLook(seconds, waiter(2))), first, gapSeconds).get(backendKey(waiter(2).id));
    expect(at(180)).toMatchObject({ blockingPids: [1] });
    expect(at(181)).toMatchObject({ blockingPids: [], answeredSeconds: null });
    // It is no reason to hurry: it has waited at a gathering.
    expect(waitOf(waiter(2), lockWaits(lookOf(aLook(181, waiter(2))), first, gapSeconds))).toBeDefined();
  });

  test("is what newer evidence says", () => {
    const look = aLook(10, waiter(2));
    const newer = lookWith(look, { lockWaits: [{ pid: 2, blockingPids: [] }] });
    expect(blockedSessions(look, lockWaits(newer, first, gapSeconds)).size).toBe(0);
  });
});
