import { describe, expect, test } from "vitest";

import type { Verdict } from "../../../src/classify/classify.ts";
import { emptyMemory, overgrownApplications } from "../../../src/classify/memory.ts";
import { growthOf } from "../../../src/classify/forecast/growth.ts";
import { isRising } from "../../../src/classify/pools/pool-memory.ts";
import type { SessionGroup } from "../../../src/observe/snapshot.ts";
import { aGroup } from "../../support/a-view.ts";
import { aDeclaredPool, full, judge, leaked, poolOf, times } from "../../support/pool-looks.ts";
import {
  countUntil,
  drawsFrom,
  leakTimes,
  watched,
  type Draws,
  type Watched,
  type World,
} from "../forecast/simulated.ts";
import { judging } from "../../support/thresholds.ts";

function asked(verdict: Verdict | undefined): readonly string[] {
  return overgrownApplications(verdict?.memory ?? emptyMemory());
}

describe("the applications to ask where their sessions come from", () => {
  test("are known at the look before the first verdict on a leak, and none is while nothing leaks", () => {
    for (const perLook of [0.3, 1, 4]) {
      const verdicts = judge(times(90, (index) => ({ groups: leaked(Math.floor(perLook * index)) })));
      const first = verdicts.findIndex((verdict) => poolOf(verdict) !== undefined);
      expect(first).toBeGreaterThan(1);
      expect(asked(verdicts[first - 1])).toEqual(["web-1"]);
      expect(asked(verdicts[0])).toEqual([]);
    }
  });

  test("are known from the first look that sees a pool above its size", () => {
    const [calm, above] = judge([full(10), full(11)], { ...judging, pools: [aDeclaredPool()] });
    expect(asked(calm)).toEqual([]);
    expect(asked(above)).toEqual(["web-1"]);
  });

  test("are none where sessions only fall asleep, or only become more", () => {
    const evening = times(30, (index) => ({
      groups: [
        aGroup({ state: "active", sessions: 40 - index, quietSessions: 0 }),
        aGroup({ sessions: index, quietSessions: index }),
      ],
    }));
    expect(judge(evening).map(asked)).toEqual(evening.map(() => []));
    const morning = times(30, (index) => ({
      groups: [aGroup({ state: "idle", sessions: 5 + index, quietSessions: Math.min(1 + index, 5) })],
    }));
    expect(judge(morning).map(asked)).toEqual(morning.map(() => []));
  });

  test.for([3, 10, 40, 400])("are none of a pool that follows the day, up and down by %d sessions", (by) => {
    const world = theDay(by, drawsFrom(7));
    // Of the first day nobody knows what it will come back to.
    const looks = [...watched(world, { everySeconds: 60, untilSeconds: 3 * DAY })].filter(
      ({ point }) => point.atSeconds > DAY,
    );
    expect(looks.filter(({ series }) => isRising({ ...noPool, series })).length / looks.length).toBeLessThan(
      0.1,
    );
  });

  test.for([
    { what: "slow", by: 0 },
    { what: "slow one where others come and go", by: 1 },
  ])("are known at the look before the first verdict on a $what leak", ({ by }) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const looks = leaking({ by, perSecond: 2 / 3600, seed });
      const first = looks.findIndex(({ series }) => growthOf(series) !== null);
      expect(first).toBeGreaterThan(LEAK_STARTS / 60);
      expect(isRising({ ...noPool, series: looks[first - 1]?.series ?? [] })).toBe(true);
    }
  });

  test("are known within half an hour where a pool leaks that also follows the day", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const looks = leaking({ by: 40, perSecond: 1 / 60, seed });
      const { series = [] } = looks.find(({ point }) => point.atSeconds >= LEAK_STARTS + 1800) ?? {};
      expect(isRising({ ...noPool, series })).toBe(true);
    }
  });

  test("are no more than a look can ask, and those of verdicts come first", () => {
    const names = Array.from({ length: 30 }, (_, n) => `rising-${n}`);
    const rising = (count: number): readonly SessionGroup[] =>
      names.flatMap((applicationName) => leaked(count, { applicationName }));
    const looks = times(60, (index) => ({ groups: [...rising(index < 58 ? 1 : 9), ...leaked(index)] }));
    const all = asked(judge(looks).at(-1));
    expect(all).toHaveLength(20);
    expect(all[0]).toBe("web-1");
  });
});

const DAY = 86_400;

/** In the evening of the second day. */
const LEAK_STARTS = 1.9 * DAY;

function leaking({
  by,
  perSecond,
  seed,
}: {
  by: number;
  perSecond: number;
  seed: number;
}): readonly Watched[] {
  const draws = drawsFrom(seed);
  const leaks = leakTimes(draws, { perSecond, fromSeconds: LEAK_STARTS, count: 500 });
  const day = theDay(by, draws);
  const world: World = (atSeconds) => {
    const { quiet, sessions } = day(atSeconds);
    const count = countUntil(leaks, atSeconds);
    return { quiet: quiet + count, sessions: sessions + count };
  };
  return [...watched(world, { everySeconds: 60, untilSeconds: 3 * DAY })];
}

const noPool = { excessSinceSeconds: null, leak: null, growth: null, holders: [], applicationNames: [] };

/** A pool of which the quiet sessions rise and fall by so many around their mean, in a day, and one or two at any time. */
function theDay(by: number, draws: Draws): World {
  return (atSeconds) => {
    const level = by * (1 - Math.cos((2 * Math.PI * atSeconds) / DAY));
    const quiet = Math.round(level) + draws.between(0, Math.min(by, 2));
    return { quiet, sessions: quiet + 5 };
  };
}
