import { describe, expect, test } from "vitest";

import {
  isUnderPressure,
  pressureOf,
  slotScopes,
  type ScopeSeries,
  type ScopesSeen,
} from "../../src/classify/slot-scope.ts";
import type { ConnectionLimit } from "../../src/observe/evidence.ts";
import type { SessionGroup, Snapshot } from "../../src/observe/snapshot.ts";
import { anEvidence, aSnapshot } from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";

const groups: readonly SessionGroup[] = [
  aGroup({ datname: "shop", usename: "app", sessions: 30, quietSessions: 20 }),
  aGroup({ datname: "shop", usename: "job", sessions: 5, quietSessions: 0 }),
  aGroup({ datname: "crm", usename: "app", sessions: 10, quietSessions: 1, folded: false }),
];

const limits: readonly ConnectionLimit[] = [
  { scope: "database", name: "shop", limit: 40 },
  { scope: "role", name: "app", limit: 50 },
];

const judging = {
  usableSlots: 97,
  ownSession: { datname: "postgres", usename: "pgleash" },
  before: new Map<string, never>(),
  isLeaking: false,
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
    seen = slotScopes(snapshot, evidence, { ...judging, before: seen.series, isLeaking: true });
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
    const seen = slotScopes(aSnapshot(), evidence, { ...judging, isLeaking: true });
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
    const outlook = (isLeaking: boolean) => slotScopes(full, null, { ...judging, isLeaking }).exhaustions;
    expect(outlook(true)).toMatchObject([
      { scope: "server", used: 97, inSeconds: { estimate: 0, upper: 0 } },
    ]);
    expect(outlook(false)).toEqual([]);
  });

  test("that are full by those alone that can be assigned have run out", () => {
    const snapshot = aSnapshot({ groups: [aGroup({ sessions: 50 })], coverage: folded });
    const evidence = anEvidence({ connectionLimits: limits });
    expect(slotScopes(snapshot, evidence, { ...judging, isLeaking: true }).exhaustions).toMatchObject([
      { scope: "database", name: "shop", used: 50, inSeconds: { estimate: 0, upper: 0 } },
      { scope: "role", name: "app", used: 50, inSeconds: { estimate: 0, upper: 0 } },
    ]);
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

  test("are scarce from four fifths on, of those that an ordinary role can take", () => {
    expect(isUnderPressure(pressureOf(aSnapshot({ groups: [aGroup({ sessions: 79 })] }), 100))).toBe(true);
    expect(isUnderPressure(pressureOf(aSnapshot({ groups: [aGroup({ sessions: 78 })] }), 100))).toBe(false);
    expect(pressureOf(aSnapshot(), 0)).toBe(1);
  });
});
