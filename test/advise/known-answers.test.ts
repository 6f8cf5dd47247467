import { describe, expect, test } from "vitest";

import { adviceFrom, type Advice } from "../../src/advise/advice.ts";
import { noPools } from "../../src/advise/declared-pools.ts";
import { emptyHistory, withLook } from "../../src/advise/history.ts";
import { builtInRules } from "../../src/classify/thresholds.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import {
  aTraffic,
  returnedFromSeconds,
  type Crowd,
  type Traffic,
  type TruePeriod,
} from "../support/a-traffic.ts";
import type { Random } from "../support/random-looks.ts";

const thresholds = builtInRules;

const web = { datname: "shop", usename: "app", applicationName: "web" };
const etl = { datname: "dwh", usename: "etl", applicationName: "loader" };
const dump = { datname: "shop", usename: "app", applicationName: "pg_dump" };

/** Most last for a minute or two, few for many: the logarithm is normal. */
function logNormal(medianSeconds: number, spread: number): (random: Random) => number {
  return (random) => {
    const uniform = (): number => (random.below(1_000_000) + 1) / 1_000_001;
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return medianSeconds * Math.exp(spread * normal);
  };
}

const crowds: readonly Crowd[] = [
  { holder: web, sessions: 10, lengthSeconds: logNormal(90, 0.6), oneInVanishes: 20 },
  { holder: etl, sessions: 5, lengthSeconds: logNormal(600, 0.8) },
  { holder: dump, sessions: 1, lengthSeconds: () => 2000.5 },
];

function isProtected({ applicationName }: Pick<Backend, "applicationName">): boolean {
  return applicationName === "pg_dump";
}

function adviceOn({ looks }: Traffic): Advice {
  const history = looks.reduce(
    (so, look) => withLook(so, look, { thresholds, isProtected, sparesRole: () => null, pools: noPools }),
    emptyHistory,
  );
  return adviceFrom(history);
}

/** Those whose end a look could see. */
function finished({ periods, lastSeconds }: Traffic): readonly TruePeriod[] {
  return periods.filter(({ endSeconds }) => endSeconds <= lastSeconds);
}

function lengthOf({ startSeconds, endSeconds }: TruePeriod): number {
  return endSeconds - startSeconds;
}

/** The same, as long as it was at the last look. */
function lengthsAt(periods: readonly TruePeriod[], lastSeconds: number): readonly number[] {
  return periods.map((one) => Math.min(one.endSeconds, lastSeconds) - one.startSeconds);
}

function atLeast(lengths: readonly number[], seconds: number): number {
  return lengths.filter((length) => length >= seconds).length;
}

describe.for([1, 2, 3])("a day and a half of traffic that is known, drawn from seed %i", (seed) => {
  const traffic = aTraffic(crowds, { seed });
  const advice = adviceOn(traffic);
  const role = (name: string) => advice.roles.find(({ usename }) => usename === name);

  test("looks vouch for all of it, and every period from 70 s on is known", () => {
    expect(traffic.looks).toHaveLength(10_801);
    expect(advice.history).toMatchObject({ watchedSeconds: 108_000, longestStepSeconds: 10, lostSight: 0 });
    expect(advice.knownFromSeconds).toBe(70);
  });

  test.for(["app", "etl"])(
    "counts exactly how often a timeout of the role %s would have fired",
    (usename) => {
      const { lastSeconds } = traffic;
      const own = traffic.periods.filter(({ holder }) => holder.usename === usename);
      const done = own.filter(({ endSeconds }) => endSeconds <= lastSeconds);
      const returned = done.filter(({ end }) => end === "returned").map(lengthOf);
      const vanished = done.filter(({ end }) => end === "vanished").map(lengthOf);
      const open = lengthsAt(
        own.filter(({ endSeconds }) => endSeconds > lastSeconds),
        lastSeconds,
      );
      const ofDump = lengthsAt(
        own.filter(({ holder }) => holder === dump),
        lastSeconds,
      );
      const counted = role(usename)?.counterfactuals ?? [];
      expect(counted.map(({ afterSeconds }) => afterSeconds).slice(0, 4)).toEqual([90, 120, 180, 300]);
      expect(counted[0]?.returned).toBeGreaterThan(100);
      for (const one of counted) {
        const seconds = one.afterSeconds;
        expect(one).toMatchObject({
          returned: atLeast(returned, seconds),
          lostSight: 0,
          stillOpen: atLeast(open, seconds),
          onProtected: atLeast(ofDump, seconds),
        });
        // Of a session that is gone nobody knows at which moment between two looks it went.
        const gone = atLeast(vanished, seconds);
        const others = one.returned + one.stillOpen;
        expect(one.vanished).toBeGreaterThanOrEqual(gone);
        expect(one.surelyFired).toBeLessThanOrEqual(others + gone);
        expect(one.fired).toBe(others + one.vanished);
        expect(one.vanished - gone).toBeLessThanOrEqual(
          vanished.filter((length) => Math.abs(length - seconds) <= 10).length,
        );
      }
    },
  );

  test("what all roles come to is what each comes to", () => {
    for (const [index, one] of advice.everybody.entries()) {
      const each = advice.roles.map(({ counterfactuals }) => counterfactuals[index]?.fired ?? 0);
      expect(one.fired).toBe(each.reduce((sum, fired) => sum + fired, 0));
    }
  });

  test.for([web, etl])("tells the threshold that nobody outlasted: $applicationName", (holder) => {
    const known = finished(traffic).filter(
      (one) => one.holder === holder && lengthOf(one) >= returnedFromSeconds,
    );
    const lengths = known.filter(({ end }) => end === "returned").map(lengthOf);
    const sorted = lengths.toSorted((a, b) => a - b);
    const longest = sorted.at(-1) ?? Number.NaN;
    const told = advice.applications.find((one) => one.holder.applicationName === holder.applicationName);
    expect(told?.periods.longestSeconds).toBeCloseTo(longest, 3);
    expectWithin10Percent(told?.periods.medianSeconds, sorted[Math.ceil(sorted.length / 2) - 1]);
    expectWithin10Percent(told?.periods.p99Seconds, sorted[Math.ceil(sorted.length * 0.99) - 1]);
    if (told?.leakedAfter.type !== "advised") throw new Error("expected advice");
    const outlasting = Math.max(...known.map(lengthOf));
    expect(told.leakedAfter.seconds).toBeGreaterThanOrEqual(1.5 * outlasting);
    // Of whoever is gone nobody knows when between two looks.
    expect(told.leakedAfter.seconds).toBeLessThanOrEqual(1.5 * (outlasting + 10) * 2.5);
  });
});

function expectWithin10Percent(told: number | null | undefined, exact = Number.NaN): void {
  expect(Math.abs((told ?? Number.NaN) - exact) / exact).toBeLessThan(0.1);
}

test("too short a history, and too few periods, are no ground for advice", () => {
  const short = adviceOn(aTraffic(crowds, { hours: 5 }));
  expect(short.roles[0]?.timeout).toEqual({
    type: "refused",
    why: "24 h of looks are needed, and there are 5 h",
  });
  const rare: Crowd = { holder: web, sessions: 1, lengthSeconds: () => 9000 };
  const few = adviceOn(aTraffic([rare]));
  expect(few.roles[0]?.timeout).toEqual({
    type: "refused",
    why: expect.stringMatching(/^20 periods that ended are needed, and there are 1\d$/),
  });
  expect(
    few.roles[0]?.counterfactuals.find(({ afterSeconds }) => afterSeconds === 7200)?.fired,
  ).toBeGreaterThan(9);
});

test("who never gets as old as looks return is told the shortest timeout of which all is known", () => {
  const brief: Crowd = { holder: web, sessions: 3, lengthSeconds: (random) => 1 + random.below(40) };
  const [role] = adviceOn(aTraffic([brief])).roles;
  expect(role).toMatchObject({ periods: { returned: 0 }, timeout: { type: "advised", seconds: 90 } });
  expect(role?.periods.oldestIdleSeconds).toBeGreaterThan(30);
  expect(role?.counterfactuals.every(({ fired }) => fired === 0)).toBe(true);
});

test("whoever idles for long, commits and disconnects between two looks is told no timeout that ends it", () => {
  const job: Crowd = { holder: etl, sessions: 1, lengthSeconds: () => 1980.5, oneInVanishes: 1 };
  const { applications, roles } = adviceOn(aTraffic([job]));
  const periods = { returned: 0, vanished: expect.any(Number), lostSight: 0, longestSeconds: null };
  expect(roles).toMatchObject([{ periods, timeout: { type: "advised", seconds: 3600 } }]);
  expect(applications).toMatchObject([{ periods, leakedAfter: { type: "advised", seconds: 3600 } }]);
  expect(roles[0]?.periods.longestGoneSeconds).toBeGreaterThan(1980);
  expect(roles[0]?.periods.longestGoneSeconds).toBeLessThan(1991);
});

function tooFew(periods = 0): string {
  return `20 periods that ended are needed, and there are ${periods}`;
}

test("a few who are gone, or are still idle, are no ground for the shortest timeout", () => {
  const rare: Crowd = { holder: etl, sessions: 1, lengthSeconds: () => 9000, oneInVanishes: 1 };
  const few = adviceOn(aTraffic([rare])).roles[0];
  expect(few).toMatchObject({
    periods: { returned: 0 },
    timeout: { why: tooFew(few?.periods.vanished) },
  });
  const idle: Crowd = { holder: etl, sessions: 1, lengthSeconds: () => 900_000 };
  const open = adviceOn(aTraffic([idle])).roles[0];
  expect(open).toMatchObject({ periods: { stillOpen: 1 }, timeout: { type: "refused", why: tooFew() } });
});

describe("whose sessions could not be read", () => {
  const calm: Crowd = { holder: web, sessions: 3, lengthSeconds: () => 50 };
  const { looks } = aTraffic([calm]);
  /** The sessions of every n-th look are as a role without privileges sees them. */
  function adviceHiding(nth: number, state: "unknown" | "disabled"): Advice {
    const seen = looks.map((recorded, index) => {
      const { snapshot } = recorded.look;
      const groups = snapshot.groups.map((group) => (index % nth === 0 ? { ...group, state } : group));
      return { ...recorded, look: { ...recorded.look, snapshot: { ...snapshot, groups } } };
    });
    return adviceFrom(
      seen.reduce(
        (so, look) => withLook(so, look, { thresholds, isProtected, sparesRole: () => null, pools: noPools }),
        emptyHistory,
      ),
    );
  }

  test.for(["unknown", "disabled"] as const)("is told nothing, and why: %s", (state) => {
    const { roles, applications } = adviceHiding(1, state);
    const why = expect.stringMatching(/^what its sessions do was hidden at (\d+) of \1 looks \(GRANT/);
    expect(roles).toMatchObject([{ usename: "app", looks: 0, timeout: { type: "refused", why } }]);
    const pool = { mostBusy: 0, mostHeld: 0, size: { type: "refused", why } };
    expect(applications).toMatchObject([{ looks: 0, leakedAfter: { type: "refused", why }, pool }]);
  });

  test("at a tenth of the looks is told nothing either, and at a hundredth does not matter", () => {
    const tenth = adviceHiding(10, "unknown");
    expect(tenth.roles[0]?.timeout.type).toBe("refused");
    expect(tenth.applications[0]?.pool).toMatchObject({ mostBusy: 3, size: { type: "refused" } });
    const hundredth = adviceHiding(100, "unknown");
    expect(hundredth.roles[0]?.timeout).toEqual({ type: "advised", seconds: 90 });
    expect(hundredth.applications[0]?.pool.size).toEqual({ type: "advised", sessions: 4 });
  });
});

test("who was there for a few looks alone is told nothing", () => {
  const passing: Crowd = { holder: web, sessions: 1, lengthSeconds: () => 3 };
  const [role] = adviceOn(aTraffic([passing])).roles;
  expect(role?.timeout).toEqual({
    type: "refused",
    why: expect.stringMatching(/^1000 looks at its sessions are needed, and there are \d{1,3}$/),
  });
});
