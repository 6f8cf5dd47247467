import { describe, expect, test } from "vitest";

import { isUnderPressure, pressureOf, slotScopes } from "../../src/classify/slot-scope.ts";
import type { ConnectionLimit } from "../../src/observe/evidence.ts";
import type { SessionGroup } from "../../src/observe/snapshot.ts";
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

describe("connection slots", () => {
  test("are counted for the server, our own session included, and for each limit", () => {
    const evidence = anEvidence({ connectionLimits: limits });
    const judging = { usableSlots: 97, before: new Map(), isLeaking: false };
    const { series } = slotScopes(aSnapshot({ groups }), evidence, judging);
    expect([...series].map(([key, points]) => [key, points.at(-1)?.sessions, points.at(-1)?.quiet])).toEqual([
      ["server ", 46, 21],
      ["database shop", 35, 20],
      ["role app", 40, 21],
    ]);
  });

  test("that are full have run out while what leaked is still there, though nothing can grow any more", () => {
    const full = aSnapshot({ groups: [aGroup({ sessions: 96 })] });
    const outlook = (isLeaking: boolean) =>
      slotScopes(full, null, { usableSlots: 97, before: new Map(), isLeaking }).exhaustions;
    expect(outlook(true)).toMatchObject([
      { scope: "server", used: 97, inSeconds: { estimate: 0, upper: 0 } },
    ]);
    expect(outlook(false)).toEqual([]);
  });

  test("are forecast to run out where sessions leak at a steady pace, and there alone", () => {
    let before = new Map();
    let exhaustions: readonly unknown[] = [];
    for (let look = 0; look <= 60; look += 1) {
      // Six a minute, one at each look; nobody else changes.
      const leaking = aGroup({ datname: "shop", usename: "app", sessions: 10 + look, quietSessions: look });
      const snapshot = aSnapshot({
        takenAtSeconds: 1_800_000_000 + 10 * look,
        groups: [leaking, aGroup({ datname: "crm", usename: "job", sessions: 12, quietSessions: 12 })],
      });
      const evidence = anEvidence({
        connectionLimits: [
          { scope: "database", name: "shop", limit: 100 },
          { scope: "database", name: "crm", limit: 20 },
        ],
      });
      const seen = slotScopes(snapshot, evidence, { usableSlots: 97, before, isLeaking: true });
      before = new Map(seen.series);
      exhaustions = seen.exhaustions;
    }
    expect(exhaustions).toMatchObject([
      { scope: "server", limit: 97, used: 83 },
      { scope: "database", name: "shop", limit: 100, used: 70 },
    ]);
  });

  test("are scarce from four fifths on, of those that an ordinary role can take", () => {
    expect(isUnderPressure(pressureOf(aSnapshot({ groups: [aGroup({ sessions: 79 })] }), 100))).toBe(true);
    expect(isUnderPressure(pressureOf(aSnapshot({ groups: [aGroup({ sessions: 78 })] }), 100))).toBe(false);
    expect(pressureOf(aSnapshot(), 0)).toBe(1);
  });
});
