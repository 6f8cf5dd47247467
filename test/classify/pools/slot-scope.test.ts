import { describe, expect, test } from "vitest";

import {
  isUnderPressure,
  pressureOf,
  slotScopes,
  type ScopeSeries,
  type ScopesSeen,
} from "../../../src/classify/pools/slot-scope.ts";
import type { LeakingPool } from "../../../src/classify/pools/pool.ts";
import { eventRate } from "../../../src/classify/forecast/poisson.ts";
import type { ConnectionLimit } from "../../../src/observe/evidence.ts";
import type { SessionGroup, Snapshot } from "../../../src/observe/snapshot.ts";
import { anEvidence, aSnapshot } from "../../support/a-snapshot.ts";
import { aGroup } from "../../support/a-view.ts";

const groups: readonly SessionGroup[] = [
  aGroup({ datname: "shop", usename: "app", sessions: 30, quietSessions: 20 }),
  aGroup({ datname: "shop", usename: "job", sessions: 5, quietSessions: 0 }),
  aGroup({ datname: "crm", usename: "app", sessions: 10, quietSessions: 1, folded: false }),
];

const limits: readonly ConnectionLimit[] = [
  { scope: "database", name: "shop", limit: 40 },
  { scope: "role", name: "app", limit: 50 },
];

const shopApp: LeakingPool = { datname: "shop", usename: "app", applicationName: "web-1", growth: null };

const judging = {
  usableSlots: 97,
  ownSession: { datname: "postgres", usename: "pgleash" },
  before: new Map<string, never>(),
  leakingPools: [],
};

/** The newest point of each scope: its sessions, and the quiet ones. */
function newest(series: ScopeSeries): readonly unknown[] {
  return [...series].map(([key, points]) => [key, points.at(-1)?.sessions, points.at(-1)?.quiet]);
}

const folded = { ...aSnapshot().coverage, groupsFolded: 3 };

/** After ten minutes of a steady leak in one of two databases. */
function afterLeak(last: Partial<Snapshot> = {}): ScopesSeen {
  let seen: ScopesSeen = { exhaustions: [], series: new Map() };
  for (let look = 0; look <= 60; look += 1) {
    // Six a minute, one at each look; nobody else changes.
    const leaking = aGroup({ datname: "shop", usename: "app", sessions: 10 + look, quietSessions: look });
    const snapshot = aSnapshot({
      takenAtSeconds: 1_800_000_000 + 10 * look,
      groups: [leaking, aGroup({ datname: "crm", usename: "job", sessions: 12, quietSessions: 12 })],
      ...(look === 60 ? last : {}),
    });
    const evidence = anEvidence({
      connectionLimits: [
        { scope: "database", name: "shop", limit: 100 },
        { scope: "database", name: "crm", limit: 20 },
      ],
    });
    seen = slotScopes(snapshot, evidence, { ...judging, before: seen.series, leakingPools: [shopApp] });
  }
  return seen;
}

describe("connection slots", () => {
  test("are counted for the server, our own session included, and for each limit", () => {
    const evidence = anEvidence({ connectionLimits: limits });
    expect(newest(slotScopes(aSnapshot({ groups }), evidence, judging).series)).toEqual([
      ["server ", 46, 21],
      ["database shop", 35, 20],
      ["role app", 40, 21],
    ]);
  });

  test("of the database and the role that we use ourselves are counted with our own session", () => {
    const evidence = anEvidence({ connectionLimits: limits });
    const ownSession = { datname: "shop", usename: "app" };
    expect(newest(slotScopes(aSnapshot({ groups }), evidence, { ...judging, ownSession }).series)).toEqual([
      ["server ", 46, 21],
      ["database shop", 36, 20],
      ["role app", 41, 21],
    ]);
  });

  test("of a database or role that is closed cannot run out", () => {
    const evidence = anEvidence({ connectionLimits: [{ scope: "role", name: "closed", limit: 0 }] });
    const seen = slotScopes(aSnapshot(), evidence, { ...judging, leakingPools: [shopApp] });
    expect(seen.exhaustions).toEqual([]);
  });

  test("of a limit keep what was seen of them while some sessions cannot be assigned", () => {
    const evidence = anEvidence({ connectionLimits: limits });
    const before = slotScopes(aSnapshot({ groups }), evidence, judging).series;
    const later = aSnapshot({ takenAtSeconds: 1_800_000_010, groups: groups.slice(1), coverage: folded });
    expect(newest(slotScopes(later, evidence, { ...judging, before }).series)).toEqual([
      ["server ", 16, 1],
      ["database shop", 35, 20],
      ["role app", 40, 21],
    ]);
  });

  test("that are full have run out while what leaked is still there, though nothing can grow any more", () => {
    const full = aSnapshot({ groups: [aGroup({ sessions: 96 })] });
    const outlook = (leakingPools: readonly LeakingPool[]) =>
      slotScopes(full, null, { ...judging, leakingPools }).exhaustions;
    expect(outlook([shopApp])).toMatchObject([
      { scope: "server", used: 97, inSeconds: { estimate: 0, upper: 0 } },
    ]);
    expect(outlook([])).toEqual([]);
  });

  test.for([
    ["sessions that leaked elsewhere", { ...shopApp, datname: "crm", usename: "job" }, []],
    ["sessions that leaked in its database", { ...shopApp, usename: "job" }, ["database"]],
    ["sessions that leaked in its role", { ...shopApp, datname: "crm" }, ["role"]],
    ["a pool of several databases", { ...shopApp, datname: null, usename: "job" }, ["database"]],
    ["a pool of several roles", { ...shopApp, datname: "crm", usename: null }, ["role"]],
  ] as const)("of a limit that is full: %s may have taken them there alone", ([, holder, scopes]) => {
    const snapshot = aSnapshot({ groups: [aGroup({ sessions: 50 })] });
    const evidence = anEvidence({ connectionLimits: limits });
    const seen = slotScopes(snapshot, evidence, { ...judging, leakingPools: [holder] });
    expect(seen.exhaustions.map(({ scope }) => scope)).toEqual(scopes);
  });

  test("that are full by those alone that can be assigned have run out", () => {
    const snapshot = aSnapshot({ groups: [aGroup({ sessions: 50 })], coverage: folded });
    const evidence = anEvidence({ connectionLimits: limits });
    expect(slotScopes(snapshot, evidence, { ...judging, leakingPools: [shopApp] }).exhaustions).toMatchObject(
      [
        { scope: "database", name: "shop", used: 50, inSeconds: { estimate: 0, upper: 0 } },
        { scope: "role", name: "app", used: 50, inSeconds: { estimate: 0, upper: 0 } },
      ],
    );
  });

  test("are forecast to run out where sessions leak at a steady pace, and there alone", () => {
    expect(afterLeak().exhaustions).toEqual([
      { scope: "server", name: "", limit: 97, used: 83, inSeconds: expect.anything() },
      { scope: "database", name: "shop", limit: 100, used: 70, inSeconds: expect.anything() },
    ]);
  });

  test("are forecast for the server alone while some sessions cannot be assigned", () => {
    expect(afterLeak({ coverage: folded }).exhaustions).toMatchObject([{ scope: "server" }]);
  });

  test.for([
    ["a pool that is in it", shopApp, ["server", "database", "role"]],
    ["a pool of its database", { ...shopApp, usename: "job" }, ["server", "database"]],
    ["a pool of its role", { ...shopApp, datname: "crm" }, ["server", "role"]],
    ["a pool of which only a part may be in it", { ...shopApp, datname: null, usename: null }, ["server"]],
  ] as const)("fill with what leaks in %s", ([, pool, scopes]) => {
    const growth = { leaks: 30, overSeconds: 300, sinceSeconds: 0, perSecond: eventRate(30, 300) };
    const evidence = anEvidence({ connectionLimits: limits });
    const leakingPools = [{ ...pool, growth }];
    const seen = slotScopes(aSnapshot({ groups }), evidence, { ...judging, leakingPools });
    expect(seen.exhaustions.map(({ scope }) => scope)).toEqual(scopes);
    expect(seen.exhaustions[0]?.inSeconds.estimate).toBeCloseTo(510, 9);
  });

  test("are scarce from four fifths on, of those that an ordinary role can take", () => {
    expect(isUnderPressure(pressureOf(aSnapshot({ groups: [aGroup({ sessions: 79 })] }), 100))).toBe(true);
    expect(isUnderPressure(pressureOf(aSnapshot({ groups: [aGroup({ sessions: 78 })] }), 100))).toBe(false);
    expect(pressureOf(aSnapshot(), 0)).toBe(1);
  });
});
