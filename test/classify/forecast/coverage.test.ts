import { expect, test } from "vitest";
import { exhaustionOf } from "../../../src/classify/forecast/exhaustion.ts";
import { growthOf } from "../../../src/classify/forecast/growth.ts";
import type { Interval } from "../../../src/classify/forecast/interval.ts";
import type { Point } from "../../../src/classify/forecast/series.ts";
import {
  aPool,
  countUntil,
  drawsFrom,
  leaking,
  leakTimes,
  QUIET_SECONDS,
  watched,
  type Draws,
  type Watched,
} from "./simulated.ts";

const RUNS = 200;
const COVERED = 0.85;
const FREE_SLOTS = 60;
const CALM_SECONDS = 600;

type Case = { readonly perMinute: number; readonly everySeconds: number; readonly poolMoves: boolean };

/** When a run is judged: at the first look that is told enough, or at a time that does not depend on the leak. */
type Judged = (look: Watched) => boolean;

type Outcome = { readonly rateCovered: boolean; readonly exhaustionCovered: boolean };

function covers({ lower, upper }: Interval, truth: number): boolean {
  return lower <= truth && truth <= upper;
}

/** From the look on: whichever comes first of a leak and a move of the pool that takes the last slot. */
function runsOutAtSeconds(from: Point, times: readonly number[], draws: Draws, given: Case): number {
  const limit = from.sessions + FREE_SLOTS;
  let inPool = from.sessions - countUntil(times, from.atSeconds);
  for (let atSeconds = from.atSeconds; ; atSeconds += given.everySeconds) {
    if (inPool + countUntil(times, atSeconds) >= limit) return atSeconds;
    const last = times[limit - inPool - 1] ?? Infinity;
    if (last <= atSeconds + given.everySeconds) return last;
    inPool = aPool(draws, given.poolMoves)(atSeconds).sessions;
  }
}

function outcomeOf(seed: number, given: Case, judged: Judged): Outcome | null {
  const draws = drawsFrom(seed);
  const perSecond = given.perMinute / 60;
  const times = leakTimes(draws, { perSecond, fromSeconds: CALM_SECONDS, count: 2000 });
  const looks = { everySeconds: given.everySeconds, untilSeconds: CALM_SECONDS + 1500 / perSecond };
  for (const look of watched(leaking(aPool(draws, given.poolMoves), times), looks)) {
    if (!judged(look)) continue;
    const { point, series } = look;
    const growth = growthOf(series);
    const scope = { scope: "server", name: "demo", limit: point.sessions + FREE_SLOTS } as const;
    const exhaustion = exhaustionOf({ ...scope, used: point.sessions }, { own: growth, ofPools: [] });
    if (growth === null || exhaustion === null) return null;
    const inSeconds = runsOutAtSeconds(point, times, draws, given) - point.atSeconds;
    return {
      rateCovered: covers(growth.perSecond, perSecond),
      exhaustionCovered: covers(exhaustion.inSeconds, inSeconds),
    };
  }
  return null;
}

function sharesOf(given: Case, judged: Judged): { told: number; rate: number; exhaustion: number } {
  const all = Array.from({ length: RUNS }, (_, run) => outcomeOf(run + 1, given, judged));
  const told = all.filter((outcome) => outcome !== null);
  return {
    told: told.length / RUNS,
    rate: told.filter(({ rateCovered }) => rateCovered).length / told.length,
    exhaustion: told.filter(({ exhaustionCovered }) => exhaustionCovered).length / told.length,
  };
}

const everyCase = [false, true].flatMap((poolMoves) =>
  [5, 12, 60].flatMap((perMinute) =>
    [2, 10, 30].map((everySeconds) => ({ perMinute, everySeconds, poolMoves })),
  ),
);

test.each(everyCase)("the intervals cover the truth from 30 leaks on: %o", (given) => {
  const shares = sharesOf(given, ({ series }) => (growthOf(series)?.leaks ?? 0) >= 30);
  expect(shares.told).toBe(1);
  expect(shares.rate).toBeGreaterThanOrEqual(COVERED);
  expect(shares.exhaustion).toBeGreaterThanOrEqual(COVERED);
});

const longCases = everyCase.filter(({ perMinute }) => perMinute === 5);

test.each(longCases)("what is kept of 500 leaks covers the truth as well: %o", (given) => {
  const judgedAtSeconds = CALM_SECONDS + QUIET_SECONDS + 500 * (60 / given.perMinute);
  const shares = sharesOf(given, ({ point }) => point.atSeconds >= judgedAtSeconds);
  expect(shares.told).toBeGreaterThanOrEqual(0.95);
  expect(shares.rate).toBeGreaterThanOrEqual(COVERED);
  expect(shares.exhaustion).toBeGreaterThanOrEqual(COVERED);
});
