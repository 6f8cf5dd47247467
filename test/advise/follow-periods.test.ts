import { describe, expect, test } from "vitest";

import { followPeriods, type Following } from "../../src/advise/follow-periods.ts";
import type { OpenPeriods } from "../../src/advise/period.ts";
import type { Backend, Snapshot } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";
import { aLook, aSnapshot } from "../support/a-snapshot.ts";
import { rules } from "../support/thresholds.ts";

const following: Following = {
  thresholds: rules,
  returnedFromSeconds: 10,
  hasKeptSight: true,
  clearFromSeconds: -Infinity,
  isProtected: () => false,
};

function idle(stateSeconds: number, overrides: Partial<Backend> = {}): Backend {
  return aBackend({ state: "idle in transaction", stateChange: "then", stateSeconds, ...overrides });
}

/** What is open after a look at which a session was idle for so long. */
function openAfter(backend: Backend, how: Partial<Following> = {}): OpenPeriods {
  return followPeriods(aLook(0, backend), new Map(), { ...following, ...how }).open;
}

/** What became of a session, idle for 30 s at one look, by the next, ten seconds later. */
function tenSecondsLater(snapshot: Snapshot, how: Partial<Following> = {}, before = openAfter(idle(30))) {
  return followPeriods(snapshot, before, { ...following, ...how });
}

describe("a period that goes on", () => {
  test("stays open, with the age of the last look", () => {
    const { open, finished } = tenSecondsLater(aLook(10, idle(40)));
    expect(finished).toEqual([]);
    expect([...open.values()]).toMatchObject([{ stateChange: "then", seenSeconds: 40 }]);
  });

  test("is left alone by a look that reads no transactions", () => {
    const blind = aSnapshot({
      coverage: { sights: ["idle_sessions"], hiddenSessions: 0, candidatesCut: 0, groupsFolded: 0 },
    });
    const before = openAfter(idle(30));
    expect(tenSecondsLater(blind, {}, before)).toEqual({ open: before, finished: [] });
  });

  test("is asked only once whether it is protected", () => {
    const before = openAfter(idle(30), { isProtected: () => true });
    const { open } = tenSecondsLater(aLook(10, idle(40)), {}, before);
    expect([...open.values()]).toMatchObject([{ isProtected: true }]);
  });
});

describe("a period that is over", () => {
  test("by a statement: it lasted until that one began", () => {
    const back = aBackend({ state: "active", stateChange: "now", querySeconds: 4 });
    const { open, finished } = tenSecondsLater(aLook(10, back));
    expect(open.size).toBe(0);
    expect(finished).toMatchObject([{ end: "returned", atLeastSeconds: 30, atMostSeconds: 36 }]);
  });

  test("by another idle period of the same transaction, which is open", () => {
    const { open, finished } = tenSecondsLater(
      aLook(10, idle(12, { stateChange: "again", querySeconds: 13 })),
    );
    expect(finished).toMatchObject([{ end: "returned", atLeastSeconds: 30, atMostSeconds: 30 }]);
    expect([...open.values()]).toMatchObject([{ stateChange: "again", seenSeconds: 12 }]);
  });

  test("by one that is younger than what looks return, which is not open yet", () => {
    const young = idle(3, { stateChange: "again", querySeconds: 4 });
    const { open, finished } = tenSecondsLater(aLook(10, young));
    expect(finished).toMatchObject([{ end: "returned" }]);
    expect(open.size).toBe(0);
  });

  test("by a statement that failed: the server counts the idle time anew", () => {
    const failed = idle(2, {
      state: "idle in transaction (aborted)",
      stateChange: "failed",
      querySeconds: 3,
    });
    const { finished } = tenSecondsLater(aLook(10, failed));
    expect(finished).toMatchObject([{ end: "returned", atMostSeconds: 37 }]);
  });

  test("with its session: it lasted until this look at most", () => {
    const { finished } = tenSecondsLater(aLook(10));
    expect(finished).toMatchObject([{ end: "vanished", atLeastSeconds: 30, atMostSeconds: 40 }]);
  });
});

describe("nobody knows how it ended", () => {
  const lost = [{ end: "lost_sight", atLeastSeconds: 30, atMostSeconds: 30 }];

  test("where no look vouches", () => {
    expect(tenSecondsLater(aLook(10), { hasKeptSight: false }).finished).toMatchObject(lost);
  });

  test("where sessions are hidden", () => {
    const { coverage } = aSnapshot();
    const hidden = aSnapshot({ takenAtSeconds: 1_800_000_010, coverage: { ...coverage, hiddenSessions: 1 } });
    expect(tenSecondsLater(hidden).finished).toMatchObject(lost);
  });

  test("where it was expected, so that no episode followed it", () => {
    const work = {
      matches: () => true,
      kinds: ["idle_in_transaction"] as const,
      forSeconds: 7200,
      reason: null,
    };
    const expecting = { thresholds: { ...rules, expected: [work] } };
    expect(tenSecondsLater(aLook(10), {}, openAfter(idle(30), expecting)).finished).toMatchObject(lost);
    const elsewhere = { ...work, kinds: ["long_transaction"] as const };
    const other = openAfter(idle(30), { thresholds: { ...rules, expected: [elsewhere] } });
    expect(tenSecondsLater(aLook(10), {}, other).finished).toMatchObject([{ end: "vanished" }]);
  });

  test("where its session says that it takes long, and is believed", () => {
    const says = idle(30, { applicationName: "report pgleash:expect=1h" });
    const markers = [{ matches: () => true, atMostSeconds: 7200, inAllSeconds: 7200 }];
    const before = openAfter(says, { thresholds: { ...rules, markers } });
    expect(tenSecondsLater(aLook(10), {}, before).finished).toMatchObject(lost);
    expect(tenSecondsLater(aLook(10), {}, openAfter(says)).finished).toMatchObject([{ end: "vanished" }]);
    const silent = openAfter(idle(30), { thresholds: { ...rules, markers } });
    expect(tenSecondsLater(aLook(10), {}, silent).finished).toMatchObject([{ end: "vanished" }]);
  });

  test("where no episode followed it: its row was only there for its age", () => {
    const later = { enabled: true, suspectAfterSeconds: 3600, leakedAfterSeconds: 7200 };
    const override = { matches: () => true, thresholds: { idle_in_transaction: later } };
    const before = openAfter(idle(30), { thresholds: { ...rules, overrides: [override] } });
    expect(tenSecondsLater(aLook(10), {}, before).finished).toMatchObject(lost);
  });
});

test("what began before the clock was set has no length that anybody knows", () => {
  const set = { hasKeptSight: false, clearFromSeconds: 1_800_000_010 };
  expect(tenSecondsLater(aLook(10), set)).toEqual({ open: new Map(), finished: [] });
  expect(tenSecondsLater(aLook(10, idle(3640)), set)).toEqual({ open: new Map(), finished: [] });
});

test("a session of the same pid is another one", () => {
  const other = idle(15, { id: { pid: 4242, backendStart: "later" }, stateChange: "its own" });
  const { open, finished } = tenSecondsLater(aLook(10, other));
  expect(finished).toMatchObject([{ end: "vanished" }]);
  expect([...open.values()]).toMatchObject([{ stateChange: "its own" }]);
});
