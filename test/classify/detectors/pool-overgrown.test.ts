import { describe, expect, test } from "vitest";

import { classify, type ClassifyOptions, type Verdict } from "../../../src/classify/classify.ts";
import type { Episode } from "../../../src/classify/episode.ts";
import { emptyMemory, overgrownApplications } from "../../../src/classify/memory.ts";
import type { DeclaredPool } from "../../../src/classify/pool.ts";
import type { Backend, SessionGroup } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";
import { anIdleTransaction } from "../../support/a-sighting.ts";
import { aSnapshot, lookOf } from "../../support/a-snapshot.ts";
import { aGroup } from "../../support/a-view.ts";
import { judging } from "../../support/thresholds.ts";

type Step = { readonly groups: readonly SessionGroup[]; readonly candidates?: readonly Backend[] };

/** The verdicts of looks ten seconds apart. */
function judge(looks: readonly Step[], options: ClassifyOptions = judging): readonly Verdict[] {
  let memory = emptyMemory();
  return looks.map((look, index) => {
    const snapshot = aSnapshot({ takenAtSeconds: 1_800_000_000 + 10 * index, ...look });
    const verdict = classify(lookOf(snapshot), memory, options);
    ({ memory } = verdict);
    return verdict;
  });
}

function poolOf(verdict: Verdict | undefined): Extract<Episode, { kind: "pool_overgrown" }> | undefined {
  return verdict?.suspects.find((suspect) => suspect.kind === "pool_overgrown");
}

function times(count: number, step: (index: number) => Step): readonly Step[] {
  return Array.from({ length: count }, (_, index) => step(index));
}

/** A pool of five that is in use, and so many sessions that nobody uses again. */
function leaked(count: number, overrides: Partial<SessionGroup> = {}): readonly SessionGroup[] {
  return [
    aGroup({ state: "active", sessions: 5, quietSessions: 0, ...overrides }),
    aGroup({ state: "idle", sessions: count, quietSessions: count, ...overrides }),
  ];
}

/** A look at a pool of so many sessions, all in use. */
function full(sessions: number): Step {
  return { groups: [aGroup({ sessions, quietSessions: 0 })] };
}

/** An idle session of which the last statement says its route. */
function said(pid: number, route: string): Backend {
  return aBackend({
    id: { pid, backendStart: "b" },
    statement: { head: `SELECT 1 /*route='${route}'*/`, tail: null },
  });
}

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
    expect(suspect?.pool.leakedSessions).toBeGreaterThan(40);
    expect(suspect?.ageSeconds).toBeGreaterThan(550);
  });

  test("begins one episode, and is asked where its sessions come from", () => {
    const events = verdicts.flatMap((verdict) => verdict.events.map(({ type }) => type));
    expect(events).toEqual(["suspected", "leaked"]);
    expect(overgrownApplications(verdicts.at(-1)?.memory ?? emptyMemory())).toEqual(["web-1"]);
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
  const declared: DeclaredPool = {
    name: "orders",
    matches: ({ applicationName }) => applicationName === "web-1",
    size: 5,
    maxOverflow: 5,
    per: "all",
  };
  const options = { ...judging, pools: [declared] };

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

test("a pool is as harmful as the worst of its sessions, and comes from where most of them come", () => {
  const idle = anIdleTransaction({ id: { pid: 9, backendStart: "b" }, xidAge: 40, stateSeconds: 500 });
  const other = anIdleTransaction({
    id: { pid: 8, backendStart: "b" },
    applicationName: "other",
    xminAge: 99,
  });
  const verdicts = judge(
    times(60, (index) => ({
      groups: leaked(index),
      candidates: [said(1, "/checkout"), said(2, "/checkout"), said(3, "/cart"), idle, other],
    })),
  );
  const suspect = poolOf(verdicts.at(-1));
  expect(suspect?.harm).toEqual({
    level: "vacuum",
    blockedSessions: 0,
    horizonAge: 40,
    workAtRiskSeconds: null,
  });
  expect(Object.fromEntries(suspect?.commentKeys ?? [])).toEqual({ route: "/checkout" });
});
