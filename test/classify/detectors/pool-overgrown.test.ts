import { describe, expect, test } from "vitest";

import { classify } from "../../../src/classify/classify.ts";
import { emptyMemory, overgrownApplications } from "../../../src/classify/memory.ts";
import { anIdleTransaction } from "../../support/a-sighting.ts";
import { aSnapshot, lookOf } from "../../support/a-snapshot.ts";
import { aGroup } from "../../support/a-view.ts";
import { aDeclaredPool, full, judge, leaked, poolOf, times } from "../../support/pool-looks.ts";
import { judging } from "../../support/thresholds.ts";

describe("a pool that leaks one session at each look", () => {
  const verdicts = judge(times(60, (index) => ({ groups: leaked(index) })));

  test("is named, with its rate, since when and how many", () => {
    const suspect = poolOf(verdicts.at(-1));
    expect(suspect).toMatchObject({
      kind: "pool_overgrown",
      severity: "leaked",
      certainty: "medium",
      harm: { level: "slot" },
      pool: {
        holder: { datname: "shop", usename: "app", applicationName: "web-1" },
        name: null,
        sessions: 64,
        quietSessions: 59,
        excess: 0,
      },
    });
    expect(suspect?.pool.growth?.perSecond.estimate).toBeCloseTo(0.1, 2);
    expect(suspect?.ageSeconds).toBeGreaterThan(550);
  });

  const quietAtStart = 2;

  test("has leaked by now what its rate makes of the time", () => {
    for (const verdict of verdicts.filter((one) => poolOf(one) !== undefined)) {
      const { pool, ageSeconds = 0 } = poolOf(verdict) ?? {};
      const { lower = 0, upper = 0 } = pool?.growth?.perSecond ?? {};
      expect(pool?.leakedSessions).toBe((pool?.quietSessions ?? 0) - quietAtStart);
      expect(pool?.leakedSessions).toBeGreaterThan(lower * ageSeconds);
      expect(pool?.leakedSessions).toBeLessThan(upper * ageSeconds);
    }
  });

  test("begins one episode, and is asked where its sessions come from", () => {
    const events = verdicts.flatMap((verdict) => verdict.events.map(({ type }) => type));
    expect(events).toEqual(["suspected", "leaked"]);
    expect(overgrownApplications(verdicts.at(-1)?.memory ?? emptyMemory())).toEqual(["web-1"]);
  });

  test("makes the slots run out the sooner when somebody else takes many, and leaks nothing", () => {
    const others = leaked(14, { usename: "dba", applicationName: "psql" }).slice(1);
    const busy = judge(times(60, (index) => ({ groups: [...leaked(index), ...(index < 40 ? [] : others)] })));
    const forecasts = busy.map(({ exhaustions }) => exhaustions[0]?.inSeconds.estimate ?? Infinity);
    expect(forecasts.slice(35).every(Number.isFinite)).toBe(true);
    expect(forecasts[39]).toBeCloseTo((97 - 45) * 10, -1);
    expect(forecasts[40]).toBeCloseTo((97 - 60) * 10, -1);
    expect(forecasts.at(-1)).toBeCloseTo((97 - 79) * 10, -1);
  });

  test("makes the slots of the server run out in time", () => {
    const [exhaustion] = verdicts.at(-1)?.exhaustions ?? [];
    expect(exhaustion).toMatchObject({ scope: "server", limit: 97, used: 65 });
    expect(exhaustion?.inSeconds.estimate).toBeCloseTo(320, -1);
  });
});

test("a pool that stopped leaking stays named until half of what leaked is gone", () => {
  const plateau = times(40, (index) => ({ groups: leaked(Math.min(index, 30)) }));
  const shrinking = times(30, (index) => ({ groups: leaked(30 - index) }));
  const rest = times(100, () => ({ groups: leaked(30) }));
  const verdicts = judge([...plateau, ...rest, ...shrinking]);
  const after = verdicts[plateau.length + rest.length - 1];
  expect(poolOf(after)).toMatchObject({ pool: { growth: null, quietSessions: 30 } });
  expect(poolOf(after)?.pool.leakedSessions).toBe(28);
  expect(after?.exhaustions).toEqual([]);
  const ends = verdicts.flatMap(({ events }) => events.filter(({ type }) => type === "ended"));
  expect(ends).toMatchObject([{ end: "returned", episode: { pool: { quietSessions: expect.any(Number) } } }]);
  const last = poolOf(verdicts.findLast((verdict) => poolOf(verdict) !== undefined));
  expect(last?.pool.quietSessions).toBeGreaterThanOrEqual(14);
  expect(last?.pool.quietSessions).toBeLessThanOrEqual(17);
});

test("sessions that rest at lunch are not added to a leak, and their return does not end it", () => {
  const leak = times(31, (index) => ({ groups: leaked(index) }));
  const lunch = times(60, () => ({ groups: leaked(90) }));
  const afternoon = times(30, () => ({ groups: leaked(30) }));
  const verdicts = judge([...leak, ...lunch, ...afternoon]);
  expect(poolOf(verdicts.at(-1))?.pool.leakedSessions).toBeLessThanOrEqual(30);
  expect(verdicts.flatMap(({ events }) => events).some(({ type }) => type === "ended")).toBe(false);
});

test("sessions that rest while it leaks do not end it when they return", () => {
  const leak = times(31, (index) => ({ groups: leaked(index + (index < 29 ? 0 : 8)) }));
  const rest = times(60, () => ({ groups: leaked(38) }));
  const back = times(10, () => ({ groups: leaked(17) }));
  const verdicts = judge([...leak, ...rest, ...back]);
  expect(poolOf(verdicts.at(-11))?.pool.leakedSessions).toBe(36);
  expect(poolOf(verdicts.at(-1))?.pool.leakedSessions).toBe(22);
});

test("a gap in looking at the same server does not make a leak forgotten", () => {
  const before = judge(times(60, (index) => ({ groups: leaked(index) }))).at(-1);
  const later = aSnapshot({ takenAtSeconds: 1_800_000_000 + 2000, groups: leaked(59) });
  const memory = before?.memory ?? emptyMemory();
  const after = classify(lookOf(later), memory, judging);
  expect(after.events.map((event) => (event.type === "ended" ? event.end : event.type))).toEqual([
    "lost_sight",
    "suspected",
    "leaked",
  ]);
  expect(poolOf(after)?.pool.quietSessions).toBe(59);
  const restarted = classify(lookOf({ ...later, postmasterStart: "later" }), memory, judging);
  expect(poolOf(restarted)).toBeUndefined();
});

test("a busy pool that grows is no leak", () => {
  const growing = times(60, (index) => ({
    groups: [aGroup({ state: "active", sessions: index, quietSessions: 0 })],
  }));
  expect(judge(growing).map(poolOf)).toEqual(growing.map(() => undefined));
});

describe("a declared pool", () => {
  const options = { ...judging, pools: [aDeclaredPool()] };

  test("is named once it has been above its size and overflow for long enough, and only then", () => {
    expect(judge([full(10), full(10), full(10)], options).map(poolOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const verdicts = judge([full(11), full(11), full(12), full(10), full(11)], options);
    expect(verdicts.map((verdict) => poolOf(verdict)?.severity)).toEqual([
      undefined,
      "suspect",
      "suspect",
      undefined,
      undefined,
    ]);
    expect(poolOf(verdicts[2])).toMatchObject({
      ageSeconds: 20,
      pool: { name: "orders", excess: 2, growth: null },
    });
  });

  test("shows its use whether it is overgrown or not", () => {
    expect(judge([full(7)], options)[0]?.pools).toMatchObject([
      { name: "orders", size: 5, maxOverflow: 5, active: 0, idle: 7, overflow: 2, excess: 0 },
    ]);
  });
});

test("a pool is as harmful as the worst of its sessions", () => {
  const idle = anIdleTransaction({ id: { pid: 9, backendStart: "b" }, xidAge: 40, stateSeconds: 500 });
  const other = anIdleTransaction({
    id: { pid: 8, backendStart: "b" },
    applicationName: "other",
    xminAge: 99,
  });
  const verdicts = judge(
    times(60, (index) => ({
      groups: leaked(index),
      candidates: [idle, other],
    })),
  );
  const suspect = poolOf(verdicts.at(-1));
  expect(suspect?.harm).toEqual({
    level: "vacuum",
    blockedSessions: 0,
    horizonAge: 40,
    workAtRiskSeconds: null,
  });
});
