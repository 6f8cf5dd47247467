import * as fc from "fast-check";
import { expect, test } from "vitest";

import { noPools } from "../../src/advise/declared-pools.ts";
import { emptyHistory, withLook, type History } from "../../src/advise/history.ts";
import {
  emptyPeriodTally,
  mergedTallies,
  withFinished,
  type PeriodTally,
} from "../../src/advise/period-tally.ts";
import { periodEnds, type FinishedPeriod } from "../../src/advise/period.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { aBackend } from "../support/a-backend.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { aLook, aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { randomFrom, randomLooks } from "../support/random-looks.ts";
import { rules } from "../support/thresholds.ts";

const judging = { thresholds: rules, isProtected: () => false, sparesRole: () => null, pools: noPools };
const holder = { datname: "shop", usename: "app", applicationName: "web" };

function historyOf(looks: readonly RecordedLook[], before: History = emptyHistory): History {
  return looks.reduce((so, look) => withLook(so, look, judging), before);
}

const periods: fc.Arbitrary<readonly FinishedPeriod[]> = fc.array(
  fc.record({
    holder: fc.constant(holder),
    isProtected: fc.boolean(),
    end: fc.constantFrom(...periodEnds),
    atLeastSeconds: fc.integer({ min: 0, max: 1_000_000 }),
    atMostSeconds: fc.integer({ min: 0, max: 1_000_000 }),
  }),
  { minLength: 1, maxLength: 40 },
);

function tallyOf(all: readonly FinishedPeriod[]): PeriodTally {
  return all.reduce(withFinished, emptyPeriodTally);
}

/** Maps compare by their entries, in whatever order they came. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => (one instanceof Map ? Object.fromEntries(one) : one)),
  );
}

test("periods in any order, in one history or in two that are merged, come to the same", () => {
  const split = periods.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }), fc.nat(all.length)),
  );
  fc.assert(
    fc.property(split, ([all, shuffled, cut]) => {
      const [one, other] = [tallyOf(shuffled.slice(0, cut)), tallyOf(shuffled.slice(cut))];
      expect(plain(mergedTallies(one, other))).toEqual(plain(tallyOf(all)));
      expect(plain(mergedTallies(other, one))).toEqual(plain(tallyOf(all)));
    }),
  );
});

function finishedIn({ applications: { own, others } }: History): number {
  const tallies = [...own.values(), ...(others === null ? [] : [others])].map((one) => one.periods);
  return tallies.reduce((sum, one) => sum + periodEnds.reduce((all, end) => all + one[end].count, 0), 0);
}

test("looks change nothing of what they are added to, and finish nothing that was not open", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      let before = deepFreeze(emptyHistory);
      for (const [index, look] of randomLooks(randomFrom(seed)).entries()) {
        const one = deepFreeze(aRecordedLook(look, { sinceLastLookSeconds: index === 0 ? null : 10 }));
        const after = deepFreeze(withLook(before, one, judging));
        const goOn = [...after.open].filter(
          ([key, { stateChange }]) => before.open.get(key)?.stateChange === stateChange,
        );
        expect(finishedIn(after) - finishedIn(before)).toBeLessThanOrEqual(before.open.size - goOn.length);
        expect(after.looks).toBe(before.looks + 1);
        before = after;
      }
    }),
    { numRuns: 200 },
  );
});

function lookAt(
  seconds: number,
  sinceLastLookSeconds: number | null,
  more: Partial<Snapshot> = {},
): RecordedLook {
  return aRecordedLook(lookOf({ ...aLook(seconds), ...more }), { sinceLastLookSeconds });
}

function sizeOf(history: History): number {
  return JSON.stringify(plain(history)).length;
}

test("a restart, a gap and a clock that was set cost sight, and the time in between is not watched", () => {
  const orderly = historyOf([lookAt(0, null), lookAt(10, 10), lookAt(25, 15)]);
  expect(orderly).toMatchObject({ watchedSeconds: 25, longestStepSeconds: 15, lostSight: 0, looks: 3 });
  for (const next of [
    lookAt(35, null),
    lookAt(1000, 975),
    lookAt(4000, 10),
    lookAt(35, 10, { postmasterStart: "later" }),
  ])
    expect(historyOf([next], orderly)).toMatchObject({ watchedSeconds: 25, lostSight: 1, looks: 4 });
});

test("looks that hide or leave out sessions are counted", () => {
  const { coverage } = aSnapshot();
  const seeing = (more: Partial<typeof coverage>): RecordedLook =>
    aRecordedLook(lookOf(aSnapshot({ coverage: { ...coverage, ...more } })));
  const looks = [
    seeing({ hiddenSessions: 2 }),
    seeing({ candidatesCut: 1 }),
    seeing({ groupsFolded: 1 }),
    seeing({}),
  ];
  expect(historyOf(looks)).toMatchObject({ hiddenLooks: 1, cutLooks: 2 });
});

test("sessions of one application in several states and from several clients are added up", () => {
  const groups = [
    aGroup({ ...holder, state: "idle", sessions: 7 }),
    aGroup({ ...holder, state: "active", sessions: 2, clientAddr: "10.0.0.1" }),
    aGroup({ ...holder, state: "active", sessions: 1, clientAddr: "10.0.0.2" }),
    aGroup({ ...holder, state: "idle in transaction", sessions: 1, oldestStateSeconds: 9 }),
    aGroup({ folded: true, sessions: 99 }),
  ];
  const { applications } = historyOf([aRecordedLook(lookOf(aSnapshot({ groups })))]);
  expect([...applications.own.values()]).toMatchObject([
    { holder, looks: 1, oldestIdleSeconds: 9, use: { mostBusy: 4, mostHeld: 11 } },
  ]);
});

test("ten thousand applications are bounded, and their roles lose nothing", () => {
  const looks = Array.from({ length: 40 }, (_none, look) => {
    const names = Array.from({ length: 500 }, (_one, index) => `job-${Math.floor(look / 2) * 500 + index}`);
    const candidates = names.map((applicationName, index) =>
      aBackend({
        id: { pid: index + 1, backendStart: `${Math.floor(look / 2)}` },
        applicationName,
        state: look % 2 === 0 ? "idle in transaction" : "idle",
        stateChange: `${look}`,
        stateSeconds: look % 2 === 0 ? 100 : 1,
        querySeconds: 1,
      }),
    );
    const groups = names.map((applicationName) => aGroup({ applicationName }));
    return aRecordedLook(lookOf({ ...aLook(10 * look, ...candidates), groups }), {
      sinceLastLookSeconds: look === 0 ? null : 10,
    });
  });
  const history = historyOf(looks);
  const { applications, roles, open } = history;
  expect(applications.own.size).toBe(500);
  expect(applications.others?.periods.returned.count).toBe(9500);
  expect(roles.own.get("app")?.periods.returned.count).toBe(10_000);
  expect(roles.others).toBeNull();
  expect(open.size).toBe(0);
  // What is kept is as large after ten thousand applications as after a thousand: but for digits.
  expect(sizeOf(history) / sizeOf(historyOf(looks.slice(0, 4)))).toBeLessThan(1.1);
});
