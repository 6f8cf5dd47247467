import { describe, expect, test } from "vitest";

import { outlook } from "../../src/expose/outlook.ts";
import type { Report } from "../../src/expose/report.ts";
import { nobodyExpected } from "../../src/classify/expected-sessions.ts";
import {
  anExpectedSession,
  anOvergrownPool,
  aHarm,
  aPoolSuspect,
  aReport,
  aServerView,
  aSuspect,
} from "../support/a-view.ts";

const since = Date.parse("2026-11-20T14:05:12Z") / 1000;

function sentences(report: Partial<Report>): readonly string[] {
  return outlook([aServerView({ report: aReport(report) })]);
}

function growth(perMinute: number): NonNullable<ReturnType<typeof anOvergrownPool>["growth"]> {
  const [estimate, lower, upper] = [1, 0.8, 1.24].map((factor) => (perMinute / 60) * factor);
  const perSecond = { estimate: estimate ?? 0, lower: lower ?? 0, upper: upper ?? 0 };
  return { leaks: 30, overSeconds: 150, sinceSeconds: since, perSecond };
}

function leaking(overrides: Parameters<typeof anOvergrownPool>[0]): ReturnType<typeof aPoolSuspect> {
  return aPoolSuspect({
    pool: anOvergrownPool({ growth: growth(12), leakingSinceSeconds: since, ...overrides }),
  });
}

test("a calm server, and one that was not seen, have nothing to say", () => {
  expect(outlook([aServerView(), aServerView({ report: null })])).toEqual([]);
});

describe("a pool that leaks", () => {
  test("is told with who, where from, how fast, since when and how many so far", () => {
    expect(sentences({ suspects: [leaking({})] })).toEqual([
      "application orders-api, role orders, database shop, route /checkout: 12.0 (9.6 to 14.9) sessions a minute leaked since 14:05 UTC, 30 so far",
    ]);
  });

  test("is known by the name it was declared under, and by what its sessions have in common", () => {
    const holder = { datname: null, usename: "orders", applicationName: "orders-api" };
    const suspect = { ...leaking({ name: "checkout", holder }), commentKeys: new Map() };
    expect(sentences({ suspects: [suspect] })[0]).toMatch(
      /^pool checkout, application orders-api, role orders: 12\.0 /,
    );
  });

  test("of which nothing is known is still told", () => {
    const holder = { datname: null, usename: null, applicationName: "" };
    const suspect = { ...leaking({ holder }), commentKeys: new Map() };
    expect(sentences({ suspects: [suspect] })[0]).toMatch(/^sessions without a name: 12\.0 /);
  });

  test.for([
    { perMinute: 1, says: "1.0 (0.8 to 1.2) sessions a minute" },
    { perMinute: 0.5, says: "30.0 (24.0 to 37.2) sessions an hour" },
    { perMinute: 10 / 1440, says: "10.0 (8.0 to 12.4) sessions a day" },
  ])("$perMinute times a minute reads as $says", ({ perMinute, says }) => {
    expect(sentences({ suspects: [leaking({ growth: growth(perMinute) })] })[0]).toContain(
      `: ${says} leaked`,
    );
  });

  test("is not named twice when it was declared under the name of its application", () => {
    expect(sentences({ suspects: [leaking({ name: "orders-api" })] })[0]).toMatch(
      /^pool orders-api, role orders, database shop, route /,
    );
  });

  test.for([
    { excess: 28, leakedSessions: 0, says: "95 sessions, 28 above its declared size" },
    { excess: 0, leakedSessions: 30, says: "95 sessions, 30 leaked" },
    { excess: 28, leakedSessions: 30, says: "95 sessions, 28 above its declared size, 30 leaked" },
  ])("and does not grow now is told as $says", ({ says, ...size }) => {
    const suspects = [leaking({ growth: null, ...size })];
    expect(sentences({ suspects })).toEqual([
      `application orders-api, role orders, database shop, route /checkout: ${says}`,
    ]);
  });

  test("and is above its declared size, too, is told as both", () => {
    expect(sentences({ suspects: [leaking({ excess: 28 })] })[0]).toMatch(
      / leaked since 14:05 UTC, 30 so far, 28 above its declared size$/,
    );
  });

  test("stands before those that leak more slowly", () => {
    const suspects = [
      leaking({ name: "slow", growth: growth(2) }),
      leaking({ name: "fast", growth: growth(20) }),
      leaking({ name: "still", growth: null }),
    ];
    const names = sentences({ suspects }).map((sentence) => sentence.split(",")[0]);
    expect(names).toEqual(["pool fast", "pool slow", "pool still"]);
  });
});

describe("slots that run out", () => {
  const inSeconds = { estimate: 2400, lower: 1860, upper: 3120 };

  test("are told with when, the soonest first", () => {
    const exhaustions = [
      { scope: "server", name: "", limit: 97, used: 50, inSeconds },
      {
        scope: "database",
        name: "shop",
        limit: 60,
        used: 50,
        inSeconds: { ...inSeconds, estimate: 600, lower: 50 },
      },
      { scope: "role", name: "orders", limit: 90, used: 50, inSeconds: { ...inSeconds, estimate: 1200 } },
    ] as const;
    expect(sentences({ exhaustions })).toEqual([
      "slots of database shop run out in 600 s (50 s to 3120 s)",
      "slots of role orders run out in 20 min (31 min to 52 min)",
      "slots of the server run out in 40 min (31 min to 52 min)",
    ]);
  });

  test("may all be taken already", () => {
    const exhaustions = [
      { scope: "server", name: "", limit: 97, used: 97, inSeconds: { estimate: 0, lower: 0, upper: 0 } },
    ] as const;
    expect(sentences({ exhaustions })).toEqual(["slots of the server have run out"]);
  });
});

describe("who holds back vacuum", () => {
  const session = { holder: "session", name: "4242", age: 900 } as const;

  test.for([
    { holder: "replication_slot", name: "x", says: "replication slot x" },
    { holder: "prepared_transaction", name: "order-17", says: "prepared transaction order-17" },
    { holder: "standby", name: null, says: "a standby" },
  ] as const)("is told when it is $says", ({ holder, name, says }) => {
    expect(sentences({ horizons: [{ holder, name, age: 1_200_000 }, session] })).toEqual([
      `vacuum is held back by ${says} (1.2M transactions)`,
    ]);
  });

  test("is told of the system catalogs by themselves, only when it is old", () => {
    const catalogs = { holder: "replication_slot_catalog", name: "cdc", age: 1_200_000 } as const;
    const standby = { holder: "standby", name: null, age: 1_300_000 } as const;
    const says = "vacuum of the system catalogs is held back by replication slot cdc (1.2M transactions)";
    expect(sentences({ horizons: [catalogs] })).toEqual([says]);
    expect(sentences({ horizons: [standby, catalogs] })).toEqual([
      "vacuum is held back by a standby (1.3M transactions)",
      says,
    ]);
    const suspects = [aSuspect({ harm: aHarm({ level: "vacuum", horizonAge: 900 }) })];
    expect(sentences({ horizons: [session, { ...catalogs, age: 999_999 }], suspects })).toEqual([]);
  });

  test("is not told when it is a session, which is in the table", () => {
    expect(sentences({ horizons: [{ ...session, age: 5_000_000 }] })).toEqual([]);
  });

  test("is not told of a young horizon, as any replication holds, unless a suspect stands behind it", () => {
    const horizons = [{ holder: "standby", name: null, age: 999_999 }, session] as const;
    expect(sentences({ horizons })).toEqual([]);
    expect(sentences({ horizons, suspects: [aSuspect()] })).toEqual([]);
    const suspects = [aSuspect({ harm: aHarm({ level: "vacuum", horizonAge: 900 }) })];
    expect(sentences({ horizons, suspects })).toEqual([
      "vacuum is held back by a standby (999k transactions)",
    ]);
  });
});

test("where several servers are watched, each sentence says which one it is about", () => {
  const report = aReport({ horizons: [{ holder: "standby", name: null, age: 2_000_000 }] });
  const servers = [aServerView({ server: "db1" }), aServerView({ server: "db2", report })];
  expect(outlook(servers)).toEqual(["db2: vacuum is held back by a standby (2.0M transactions)"]);
});

test("no name takes more than 64 characters of a sentence", () => {
  const long = "x".repeat(200);
  const suspect = { ...leaking({ name: long }), commentKeys: new Map([["route", long]]) };
  const exhaustions = [
    { scope: "role", name: long, limit: 9, used: 5, inSeconds: { estimate: 60, lower: 50, upper: 70 } },
  ] as const;
  const horizons = [{ holder: "replication_slot", name: long, age: 2_000_000 }] as const;
  const all = sentences({ suspects: [suspect], exhaustions, horizons });
  expect(all).toHaveLength(3);
  for (const sentence of all) expect(sentence).not.toMatch(/x{64}/);
});

/** Who said it itself. */
function promised(source: "comment" | "application_name", leftSeconds: number) {
  return anExpectedSession({ expectation: { source, leftSeconds, reason: null } });
}

describe("who is expected to take so long", () => {
  test("is told with what it would be, for how long, and why, those first whose time is over first", () => {
    const sessions = [anExpectedSession(), promised("comment", 29.2), promised("application_name", 30)];
    expect(sentences({ expected: { ...nobodyExpected, sessions } })).toEqual([
      "pid 4242, role reports: idle_in_transaction for 2m, expected for another 30s by its comment",
      "pid 4242, role reports: idle_in_transaction for 2m, expected for another 30s by its application name",
      "pid 4242, role reports: idle_in_transaction for 2m, expected for another 57m by the configuration (month end)",
    ]);
  });

  test("is named, or counted where there are more than three", () => {
    const sessions = Array.from({ length: 5 }, () => anExpectedSession());
    const told = sentences({ expected: { ...nobodyExpected, sessions } });
    expect([told.length, told.at(-1)]).toEqual([4, "2 more expected to take so long"]);
  });
});
