import { describe, expect, test } from "vitest";

import { adviceFrom } from "../../src/advise/advice.ts";
import { emptyHistory, withLook, type History } from "../../src/advise/history.ts";
import { poolSightings } from "../../src/classify/pools/pool-sighting.ts";
import type { ConfiguredPool } from "../../src/classify/pools/pool.ts";
import { adviceJson } from "../../src/expose/advice-json.ts";
import { adviceLines } from "../../src/expose/advice-text.ts";
import type { SessionGroup } from "../../src/observe/snapshot.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { aLook, lookOf } from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { configOf } from "../support/config-text.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { rules } from "../support/thresholds.ts";

function poolsOf(...pools: readonly string[]): readonly ConfiguredPool[] {
  return configOf(`pools:\n${pools.map((pool) => `- { ${pool} }\n`).join("")}`).servers[0]?.pools ?? [];
}

/** So many sessions of an application, of which so many are active, on one host. */
function held(applicationName: string, sessions: number, busy: number, clientAddr: string | null = null) {
  return [
    aGroup({ applicationName, clientAddr, state: "idle", sessions: sessions - busy }),
    aGroup({ applicationName, clientAddr, state: "active", sessions: busy }),
  ];
}

type Watched = {
  readonly pools: readonly ConfiguredPool[];
  readonly groupsAt: (look: number) => readonly SessionGroup[];
  readonly looks?: number;
  readonly groupsByClient?: boolean;
};

const STEP_SECONDS = 60;

/** A day and a half of looks, unless they are fewer. */
function watched(
  { pools, groupsAt, looks = 2000, groupsByClient = true }: Watched,
  before: History = emptyHistory,
): History {
  let history = before;
  for (let index = 0; index < looks; index += 1) {
    const atSeconds = before.looks * STEP_SECONDS + STEP_SECONDS * index;
    const snapshot = { ...aLook(atSeconds), groups: groupsAt(index) };
    const { asked } = aRecordedLook();
    const sinceLastLookSeconds = history.looks === 0 ? null : STEP_SECONDS;
    const more = { asked: { ...asked, groupsByClient }, sinceLastLookSeconds, gapSeconds: 600 };
    const uses = poolSightings(snapshot, pools).flatMap(({ use }) => use ?? []);
    const judging = {
      thresholds: rules,
      isProtected: () => false,
      sparesRole: () => null,
      pools: { declared: pools, uses },
    };
    history = withLook(history, aRecordedLook(lookOf(snapshot), more), judging);
  }
  return history;
}

function toldOf(history: History): readonly string[] {
  const lines = adviceLines("main", adviceFrom(history));
  return lines.slice(lines.indexOf("Declared pools, and what was seen of them:") + 1);
}

function poolsIn(history: History) {
  return adviceJson("main", adviceFrom(history)).pools;
}

/** From 1 to 12 are busy, all as often; 25 to 31 are held. Two applications share the pool. */
function unevenly(look: number): readonly SessionGroup[] {
  const first = held("billing-1", 25 + (look % 7), 1 + (look % 12));
  return [...first, ...held("billing-2", 0, 0), ...held("web", 7, 7)];
}

function onTwoHosts(look: number): readonly SessionGroup[] {
  return [...held("web", 9, look === 77 ? 6 : 2, "10.0.0.1"), ...held("web", 11, 4, "10.0.0.2")];
}

function atFirst(look: number): readonly SessionGroup[] {
  return look < 100 ? held("billing-1", 3, 2) : [];
}

function evenly(): readonly SessionGroup[] {
  return [...held("billing-1", 5, 5), ...held("web", 3, 3)];
}

const billing = `name: billing, match: ['application_name=~"billing-.*"'], workers: 4, connections_per_worker: 10, buffer: 5`;

describe("what was declared beside what was seen", () => {
  const history = watched({
    pools: poolsOf(
      billing,
      `name: web, match: ['application_name="web"'], size: 6, max_overflow: 1`,
      `name: large, match: ['application_name="nobody"'], size: 3`,
    ),
    groupsAt: unevenly,
  });

  test("is there for people", () => {
    expect(toldOf(history)).toEqual([
      "POOL     PER  DECLARED         OVERFLOW  BUSY, MEDIAN  P99  MOST  HELD, MOST  ADVICE",
      "billing  all  4 x 10 + 5 = 45         0             6   12    12          31  15 would do",
      "web      all  6                       1             7    7     7           7  9 would leave room",
      "large    all  3                       0             0    0     0           0  ?",
      "-- no advice for pool large: 1000 looks at its sessions are needed, and there are 0",
    ]);
  });

  test("is there for programs", () => {
    const [first, second, third] = poolsIn(history);
    expect(first).toEqual({
      pool: "billing",
      per: "all",
      declared: { size: 45, workers: 4, connections_per_worker: 10, buffer: 5, max_overflow: 0 },
      looks: 2000,
      busy_median: 6,
      busy_p99: 12,
      busy_most: 12,
      held_most: 31,
      size: 15,
      refused: null,
    });
    expect(second).toMatchObject({
      declared: { size: 6, workers: null, connections_per_worker: null, buffer: null, max_overflow: 1 },
      size: 9,
    });
    expect(third).toMatchObject({ looks: 0, size: null, refused: expect.stringContaining("1000 looks") });
  });
});

test.for([
  [5, "size: 8", "7 would do"],
  [6, "size: 8", "fits"],
  [7, "size: 8, max_overflow: 1", "fits"],
  [7, "size: 8", "9 would leave room"],
  [1, "size: 1", "2 would leave room"],
  [0, "size: 2", "1 would do"],
] as const)("at most %i busy, and %s: %s", ([busy, sizing, says]) => {
  const pools = poolsOf(`name: web, match: ['application_name="web"'], ${sizing}`);
  expect(toldOf(watched({ pools, groupsAt: () => held("web", 8, busy) }))[1]).toMatch(
    new RegExp(`  ${says}$`, "u"),
  );
});

describe("a pool of each client host", () => {
  const pools = poolsOf(`name: web, match: ['application_name="web"'], size: 10, per: client`);

  test("is compared with the host that had most", () => {
    expect(poolsIn(watched({ pools, groupsAt: onTwoHosts }))).toMatchObject([
      { per: "client", busy_median: 4, busy_most: 6, held_most: 11, size: 8 },
    ]);
  });

  test("is not compared where looks took all hosts for one", () => {
    const [told] = poolsIn(watched({ pools, groupsAt: onTwoHosts, groupsByClient: false }));
    expect(told).toMatchObject({ looks: 0, busy_most: 0, size: null });
    expect(told?.refused).toMatch(/^looks took all its client hosts for one: /u);
  });
});

test.for([
  [1200, "24 h of looks are needed, and there are 19 h"],
  [999, "24 h of looks are needed, and there are 16 h"],
  [2000, "1000 looks at its sessions are needed, and there are 100"],
] as const)("with %i looks nothing is advised: %s", ([looks, why]) => {
  expect(poolsIn(watched({ pools: poolsOf(billing), groupsAt: atFirst, looks }))).toMatchObject([
    { busy_most: 2, size: null, refused: why },
  ]);
});

describe("a reload", () => {
  const web = `match: ['application_name="web"']`;
  const first = poolsOf(billing, `name: web, ${web}, size: 9`);
  const before = deepFreeze(watched({ pools: first, groupsAt: evenly, looks: 10 }));
  const looksAfter = (pools: readonly ConfiguredPool[]) =>
    poolsIn(watched({ pools, groupsAt: evenly, looks: 1 }, before)).map(({ pool, looks }) => [pool, looks]);

  test("that changes sizes and names keeps what was seen, and shows the new ones", () => {
    const pools = poolsOf(billing.replace("workers: 4", "workers: 2"), `name: shop, ${web}, size: 4`);
    const after = watched({ pools, groupsAt: evenly, looks: 1 }, before);
    expect(poolsIn(after)).toMatchObject([
      { pool: "billing", declared: { size: 25, workers: 2 }, looks: 11 },
      { pool: "shop", declared: { size: 4 }, looks: 11 },
    ]);
  });

  test.for([
    [
      "one more at the end",
      [billing, `name: web, ${web}, size: 9`, `name: rest, match: ['usename=~".*"'], size: 9`],
      [11, 11, 0],
    ],
    ["one less at the end", [billing], [11]],
    [
      "one more before",
      [`name: b, match: ['application_name="billing-2"'], size: 1`, billing, `name: web, ${web}, size: 9`],
      [0, 1, 1],
    ],
    ["another matcher", [billing, `name: web, match: ['application_name=~"web"'], size: 9`], [11, 1]],
    [
      "one matcher more",
      [billing, `name: web, match: ['application_name="web"', 'usename="app"'], size: 9`],
      [11, 1],
    ],
    ["each client host", [billing, `name: web, ${web}, size: 9, per: client`], [11, 1]],
  ] as const)("with %s keeps what it still counts, and begins the rest anew", ([, texts, looks]) => {
    expect(looksAfter(poolsOf(...texts)).map(([, seen]) => seen)).toEqual(looks);
  });
});

test("a look without its sessions changes nothing of a pool", () => {
  const pools = poolsOf(billing);
  const before = deepFreeze(watched({ pools, groupsAt: () => held("billing-1", 2, 1), looks: 3 }));
  const after = watched({ pools, groupsAt: () => [], looks: 1 }, before);
  expect(after.pools[0]).toBe(before.pools[0]);
});
