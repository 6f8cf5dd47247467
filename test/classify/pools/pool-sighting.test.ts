import { describe, expect, test } from "vitest";

import {
  poolKeyOf,
  poolSightings,
  reassignedPools,
  type ClientHolder,
} from "../../../src/classify/pools/pool-sighting.ts";
import type { DeclaredPool } from "../../../src/classify/pools/pool.ts";
import type { SessionGroup } from "../../../src/observe/snapshot.ts";
import { aSnapshot } from "../../support/a-snapshot.ts";
import { aGroup } from "../../support/a-view.ts";

function declared(overrides: Partial<DeclaredPool> = {}): DeclaredPool {
  return {
    name: "orders",
    matches: ({ applicationName }) => applicationName === "orders",
    size: 10,
    maxOverflow: 5,
    per: "all",
    ...overrides,
  };
}

const onHost = (clientAddr: string | null, sessions: number) =>
  aGroup({ applicationName: "orders", clientAddr, sessions });

describe("a declared pool", () => {
  test("is there though nobody uses it", () => {
    expect(poolSightings(aSnapshot(), [declared()])).toMatchObject([
      {
        sessions: 0,
        use: { name: "orders", size: 10, maxOverflow: 5, active: 0, idle: 0, overflow: 0, excess: 0 },
      },
    ]);
  });

  test("counts a session inside a transaction as active, for it is out of the pool", () => {
    const groups = [
      aGroup({ applicationName: "orders", state: "idle", sessions: 7 }),
      aGroup({
        applicationName: "orders",
        state: "idle in transaction",
        sessions: 2,
        oldestSessionSeconds: 9000,
      }),
      aGroup({ applicationName: "orders", state: "active", sessions: 3 }),
      aGroup({ applicationName: "other", sessions: 50 }),
    ];
    expect(poolSightings(aSnapshot({ groups }), [declared()])[0]?.use).toEqual({
      name: "orders",
      size: 10,
      maxOverflow: 5,
      active: 5,
      idle: 7,
      overflow: 2,
      excess: 0,
      mostActive: 5,
      mostHeld: 12,
      oldestSessionSeconds: 9000,
    });
  });

  test("in all is above its size by what all hosts have together", () => {
    const groups = [onHost("10.0.0.1", 12), onHost("10.0.0.2", 8)];
    expect(poolSightings(aSnapshot({ groups }), [declared()])[0]?.use).toMatchObject({
      size: 10,
      overflow: 10,
      excess: 5,
    });
  });

  test("per client tells what the fullest host holds, and what the busiest has active", () => {
    const groups = [
      onHost("10.0.0.1", 18),
      aGroup({ applicationName: "orders", clientAddr: "10.0.0.2", state: "active", sessions: 4 }),
      aGroup({ applicationName: "orders", clientAddr: "10.0.0.1", state: "active", sessions: 3 }),
    ];
    const use = (per: "client" | "all") => poolSightings(aSnapshot({ groups }), [declared({ per })])[0]?.use;
    expect(use("client")).toMatchObject({ active: 7, mostActive: 4, mostHeld: 21 });
    expect(use("all")).toMatchObject({ active: 7, mostActive: 7, mostHeld: 25 });
  });

  test("per client is above its size where one host is, whatever the others have to spare", () => {
    const groups = [onHost("10.0.0.1", 18), onHost("10.0.0.2", 2), onHost(null, 11)];
    expect(poolSightings(aSnapshot({ groups }), [declared({ per: "client" })])[0]?.use).toMatchObject({
      size: 30,
      maxOverflow: 15,
      overflow: 9,
      excess: 3,
    });
  });

  test("owns the sessions that it is the first to match", () => {
    const groups = [onHost(null, 4)];
    const [first, second] = poolSightings(aSnapshot({ groups }), [declared(), declared({ name: "again" })]);
    expect([first?.sessions, second?.sessions]).toEqual([4, 0]);
    expect(poolKeyOf(onHost(null, 4), [declared()])).toBe(first?.key);
  });

  test("tells who holds it as far as its sessions agree", () => {
    const groups = [onHost(null, 1), { ...onHost(null, 1), datname: "crm" }];
    expect(poolSightings(aSnapshot({ groups }), [declared()])[0]?.holder).toEqual({
      datname: null,
      usename: "app",
      applicationName: "orders",
    });
  });
});

test("each holder of the sessions of a pool is known once, whatever its sessions do", () => {
  const groups = [onHost("10.0.0.1", 1), { ...onHost("10.0.0.1", 2), state: "active" as const }];
  const others = [onHost("10.0.0.2", 1), { ...onHost("10.0.0.1", 1), datname: "crm" }];
  const [pool] = poolSightings(aSnapshot({ groups: [...groups, ...others] }), [declared()]);
  expect(pool?.holders.map(({ datname, clientAddr }) => [datname, clientAddr])).toEqual([
    ["shop", "10.0.0.1"],
    ["shop", "10.0.0.2"],
    ["crm", "10.0.0.1"],
  ]);
});

describe("a pool that nobody declared", () => {
  test("is all that one application holds with one role in one database", () => {
    const groups = [
      aGroup({ state: "idle", sessions: 3, quietSessions: 2 }),
      aGroup({ state: "idle in transaction", sessions: 1, quietSessions: 1 }),
      aGroup({ usename: "other", sessions: 9, quietSessions: 0 }),
      aGroup({ folded: true, sessions: 500, quietSessions: 400 }),
    ];
    expect(poolSightings(aSnapshot({ groups }), [])).toMatchObject([
      { sessions: 4, quietSessions: 3, use: null, applicationNames: ["web-1"] },
    ]);
  });

  test("cannot be taken for a declared one by its name", () => {
    const group = aGroup({ applicationName: "declared orders", quietSessions: 1 });
    const [declaredOne, other] = poolSightings(aSnapshot({ groups: [group] }), [declared()]);
    expect(declaredOne?.key).not.toBe(other?.key);
  });
});

describe("a pool is done away with by a reload", () => {
  const holder = { datname: "shop", usename: "app", applicationName: "orders", clientAddr: null };
  const [named, ofHolder] = [poolKeyOf(holder, [declared()]), poolKeyOf(holder, [])];

  /** Whether the pool with this key is done away with, when it last had these sessions. */
  function reassigned(
    key: string,
    pools: readonly DeclaredPool[],
    { now = [aGroup(holder)], before = [holder] }: { now?: SessionGroup[]; before?: ClientHolder[] } = {},
  ): boolean {
    const remembered = new Map([[key, { holders: before }]]);
    return reassignedPools(aSnapshot({ groups: now }), pools, remembered).has(key);
  }

  test("when it is not declared any more, whether it has sessions or not", () => {
    expect(reassigned(named, [declared()])).toBe(false);
    expect(reassigned(named, [declared({ name: "other" })])).toBe(true);
    expect(reassigned(named, [], { now: [], before: [] })).toBe(true);
  });

  test("when its sessions are those of another declared pool now", () => {
    expect(reassigned(ofHolder, [])).toBe(false);
    expect(reassigned(ofHolder, [declared()])).toBe(true);
    expect(reassigned(named, [declared({ name: "first" }), declared()])).toBe(true);
    for (const key of [ofHolder, named]) expect(reassigned(key, [declared()], { now: [] })).toBe(false);
  });

  test("when it is declared, but none of its sessions is in it any more", () => {
    const narrowed = declared({ matches: () => false });
    expect(reassigned(named, [narrowed])).toBe(true);
    expect(reassigned(named, [narrowed], { before: [] })).toBe(false);
    expect(reassigned(named, [narrowed], { now: [aGroup({ ...holder, applicationName: "web" })] })).toBe(
      false,
    );
  });

  test("but not when only some of them are", () => {
    const pools = [declared({ matches: ({ clientAddr }) => clientAddr === "10.0.0.1" })];
    const now = [onHost("10.0.0.1", 3), onHost("10.0.0.2", 3)];
    expect(reassigned(ofHolder, pools, { now })).toBe(false);
    expect(reassigned(ofHolder, pools, { now: now.slice(0, 1) })).toBe(true);
  });

  test("but not when its sessions went, and others of the same holder are on another client", () => {
    const pools = [declared({ matches: ({ clientAddr }) => clientAddr === "10.0.0.1" })];
    const before = [{ ...holder, clientAddr: "10.0.0.1" }];
    expect(reassigned(named, pools, { now: [onHost("10.0.0.2", 3)], before })).toBe(false);
    // This look does not tell clients apart.
    expect(reassigned(named, pools, { now: [onHost(null, 3)], before })).toBe(true);
  });
});
