import * as fc from "fast-check";
import { expect, test } from "vitest";
import { growthOf, type Growth } from "../../../src/classify/forecast/growth.ts";
import { extended, type Series } from "../../../src/classify/forecast/series.ts";
import { aPool, drawsFrom, growthsIn, leaking, leakTimes, QUIET_SECONDS, type World } from "./simulated.ts";

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);
const HOUR_SECONDS = 3600;

/** One look every 10 seconds; all that is not quiet is busy, and always as many. */
function looksOf(quiet: readonly number[], busy = 15): Series {
  return quiet.map((count, index) => ({ atSeconds: index * 10, quiet: count, sessions: count + busy }));
}

/** `leaks` at even distances over `looks` looks, after one look at the level before. */
function evenly(leaks: number, looks: number): readonly number[] {
  return Array.from({ length: looks + 1 }, (_, index) => Math.round((leaks * index) / looks));
}

/** Two an interval, from the look after the first on: 12 intervals from there. */
const steady = looksOf(evenly(26, 13));

test("a steady leak: counted from the first look above the level to the last quarter", () => {
  expect(growthOf(steady)).toMatchObject({ leaks: 18, overSeconds: 90, sinceSeconds: 10 });
  expect(growthOf(steady)?.perSecond.estimate).toBeCloseTo(0.2, 9);
});

test("no look, one look, or looks at which nothing changed show no leak", () => {
  for (const quiet of [[], [3], Array.from({ length: 40 }, () => 3)]) {
    expect(growthOf(looksOf(quiet))).toBeNull();
  }
});

test("twelve looks over two minutes are the least", () => {
  expect(growthOf(steady.slice(0, -1))).toBeNull();
  const sparse = steady.filter((_, index) => index !== 6 && index !== 8);
  expect(growthOf(sparse)).toBeNull();
  expect(growthOf(steady.filter((_, index) => index !== 6))).not.toBeNull();
  const hasty = steady.map((point) => ({ ...point, atSeconds: point.atSeconds * 0.99 }));
  expect(growthOf(hasty)).toBeNull();
});

test("fifteen leaks are the least, and ten more for each session that the group once fell by", () => {
  expect(growthOf(looksOf(evenly(19, 19)))).toBeNull();
  expect(growthOf(looksOf(evenly(20, 20)))?.leaks).toBe(15);
  const falling = (leaks: number): Series =>
    looksOf(evenly(leaks, leaks).map((quiet, index) => quiet + (index === 12 ? 2 : 0)));
  expect(growthOf(falling(32))).toBeNull();
  expect(growthOf(falling(36))?.leaks).toBeGreaterThanOrEqual(25);
});

test("sessions that only fell quiet, while their number stayed, did not leak", () => {
  const fading = steady.map((point) => ({ ...point, sessions: 40 }));
  expect(growthOf(fading)).toBeNull();
  const shrinking = steady.map((point, index) => ({ ...point, sessions: 60 - index }));
  expect(growthOf(shrinking)).toBeNull();
});

test("a rise that stood still for a quarter of its time, or came for the most part in one, is no steady leak", () => {
  const even = [0, 1, 3, 5, 7, 9, 10, 11, 12, 14, 16, 18, 20, 22];
  const paused = [0, 1, 4, 7, 10, 10, 10, 10, 12, 14, 16, 18, 20, 22];
  expect([even, paused].map((quiet) => growthOf(looksOf(quiet))?.leaks)).toEqual([15, undefined]);
  const mostly = [0, 1, 3, 5, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24];
  const leapt = [0, 1, 2, 3, 4, 16, 17, 18, 19, 20, 21, 22, 23, 24];
  expect([mostly, leapt].map((quiet) => growthOf(looksOf(quiet))?.leaks)).toEqual([20, undefined]);
});

test("where an earlier low lies far back, a leak begins at the first look above the calm before it", () => {
  const calm = Array.from({ length: 40 }, () => 5);
  const late = looksOf([0, ...calm, ...steady.map(({ quiet }) => quiet + 5)]);
  expect(growthOf(late)).toMatchObject({ leaks: 18, overSeconds: 90, sinceSeconds: 420 });
});

/** Up to each `top`, and each time back to `low`, before the steady leak from 0 on. */
function after(tops: readonly number[], low = 0): Series {
  const teeth = tops.flatMap((top) => [top, low]);
  return looksOf([...teeth, ...steady.map(({ quiet }) => quiet)]);
}

test("a group that rose as high and came back twice is not taken for a leak, nor does once excuse it", () => {
  expect(growthOf(after([]))).not.toBeNull();
  expect(growthOf(after([20]))).not.toBeNull();
  expect(growthOf(after([20, 20]))).toBeNull();
  expect(growthOf(after([8, 8]))).not.toBeNull();
  expect(growthOf(after([20, 20], 5))).toBeNull();
  expect(growthOf(after([20, 20], 10))).not.toBeNull();
});

test("the series that went in stays as it was", () => {
  const before = structuredClone(steady);
  growthOf(steady);
  expect(steady).toEqual(before);
});

/** Looks at sessions that mostly leak, but also come, go and are ended, some of them long after the look before. */
const aStep = fc.record({
  seconds: fc.oneof(
    { weight: 40, arbitrary: fc.double({ min: 8, max: 12, noNaN: true }) },
    fc.integer({ min: 1, max: 2000 }),
  ),
  change: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 0, max: 3 }) },
    fc.integer({ min: -40, max: 20 }),
  ),
  busy: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 8, max: 12 }) }, fc.nat(90)),
});

const anySeries = fc.array(aStep, { maxLength: 150, size: "max" }).map((steps) => {
  let [atSeconds, quiet] = [1_800_000_000.123, 20];
  return steps.reduce<Series>((series, { seconds, change, busy }) => {
    atSeconds += seconds;
    quiet = Math.max(0, quiet + change);
    return extended(series, { atSeconds, quiet, sessions: quiet + busy });
  }, []);
});

test("whatever the series, growth is of its own time, and its rate is bounded on both sides", () => {
  let toldOf = 0;
  fc.assert(
    fc.property(anySeries, (series) => {
      const growth = growthOf(series);
      if (growth === null) return;
      toldOf += 1;
      const { leaks, overSeconds, sinceSeconds, perSecond } = growth;
      expect(leaks).toBeGreaterThanOrEqual(15);
      expect(overSeconds).toBeGreaterThan(0);
      expect(sinceSeconds).toBeGreaterThanOrEqual(series[0]?.atSeconds ?? Infinity);
      expect(sinceSeconds + overSeconds).toBeLessThanOrEqual((series.at(-1)?.atSeconds ?? -Infinity) + 1e-6);
      expect(perSecond.lower).toBeGreaterThan(0);
      expect(perSecond.lower).toBeLessThan(perSecond.estimate);
      expect(perSecond.upper).toBeGreaterThan(perSecond.estimate);
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(toldOf).toBeGreaterThan(100);
});

type Told = { readonly first: Growth; readonly firstAtSeconds: number; readonly lastAtSeconds: number };

function told(world: World, untilSeconds: number): Told | null {
  const growths = growthsIn(world, { everySeconds: 10, untilSeconds });
  const [first, last] = [growths[0], growths.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { first: first.growth, firstAtSeconds: first.atSeconds, lastAtSeconds: last.atSeconds };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const leakAtFive = { perSecond: 5 / 60, fromSeconds: 3 * HOUR_SECONDS, count: 90 };

test.each([false, true])(
  "a leak after three calm hours is dated within a few looks, its rate not diluted (pool moves: %s)",
  (poolMoves) => {
    const all = SEEDS.map((seed) => {
      const draws = drawsFrom(seed);
      const times = leakTimes(draws, leakAtFive);
      const pool = aPool(draws, poolMoves);
      // A restart early on: the lowest that the group ever was lies long before the leak.
      const world = leaking(
        (atSeconds) => ({ ...pool(atSeconds), ...(atSeconds < 120 && { quiet: 0 }) }),
        times,
      );
      return told(world, times.at(-1) ?? Number.NaN);
    });
    const growths = all.flatMap((one) => (one === null ? [] : [one.first]));
    expect(growths.length).toBeGreaterThanOrEqual(0.98 * SEEDS.length);
    const offBySeconds = growths.map(({ sinceSeconds }) =>
      Math.abs(sinceSeconds - leakAtFive.fromSeconds - QUIET_SECONDS),
    );
    expect(middle(offBySeconds)).toBeLessThanOrEqual(30);
    expect(Math.max(...offBySeconds)).toBeLessThanOrEqual(180);
    const rate = middle(growths.map(({ perSecond }) => perSecond.estimate)) / leakAtFive.perSecond;
    expect(rate).toBeGreaterThan(0.85);
    expect(rate).toBeLessThan(1.2);
  },
);

type Ending = { readonly perMinute: number; readonly everySeconds: number; readonly poolMoves: boolean };

/** A leak of 300 sessions that ends, and how the group looks from then on. */
function lastToldAfterEnd(seed: number, given: Ending, afterEnd: (quiet: number) => number): number {
  const draws = drawsFrom(seed);
  const times = leakTimes(draws, { perSecond: given.perMinute / 60, fromSeconds: 600, count: 300 });
  const endSeconds = (times.at(-1) ?? Number.NaN) + QUIET_SECONDS;
  const leak = leaking(aPool(draws, given.poolMoves), times);
  const world: World = (atSeconds) => {
    const { quiet, sessions } = leak(atSeconds);
    if (atSeconds <= endSeconds) return { quiet, sessions };
    return { quiet: afterEnd(quiet), sessions: sessions - quiet + afterEnd(quiet) };
  };
  const looks = {
    everySeconds: given.everySeconds,
    untilSeconds: endSeconds + (60 * 60) / given.perMinute + 300,
  };
  const growths = growthsIn(world, looks);
  const before = growths.filter(({ atSeconds }) => atSeconds <= endSeconds);
  expect(before.length).toBeGreaterThan(0);
  return (growths.at(-1)?.atSeconds ?? Number.NaN) - endSeconds;
}

test.each([
  { perMinute: 5, everySeconds: 10, poolMoves: true },
  { perMinute: 12, everySeconds: 2, poolMoves: true },
  { perMinute: 60, everySeconds: 10, poolMoves: false },
])("a leak that a restart mends is over at the first look after it: %o", (given) => {
  for (const quietInPool of [0, 4, 7]) {
    for (const seed of SEEDS) {
      expect(lastToldAfterEnd(seed, given, () => quietInPool)).toBeLessThanOrEqual(0);
    }
  }
});

test.each([
  { perMinute: 5, everySeconds: 10, poolMoves: false, median: 8, most: 12 },
  { perMinute: 5, everySeconds: 10, poolMoves: true, median: 13, most: 20 },
  { perMinute: 12, everySeconds: 2, poolMoves: true, median: 14, most: 20 },
  { perMinute: 60, everySeconds: 10, poolMoves: true, median: 8, most: 20 },
])("a leak that stops is forecast until about ten leaks have failed to come: %o", (given) => {
  const missed = SEEDS.map(
    (seed) => (lastToldAfterEnd(seed, given, (quiet) => quiet) * given.perMinute) / 60,
  );
  expect(middle(missed)).toBeLessThanOrEqual(given.median);
  expect(Math.max(...missed)).toBeLessThanOrEqual(given.most);
});

test("a leak of which some sessions are ended goes on, and is told of again before long", () => {
  for (const seed of SEEDS) {
    const draws = drawsFrom(seed);
    const times = leakTimes(draws, { perSecond: 12 / 60, fromSeconds: 600, count: 200 });
    const killedAtSeconds = 600 + QUIET_SECONDS + 480;
    const leak = leaking(aPool(draws, false), times);
    const world: World = (atSeconds) => {
      const { quiet, sessions } = leak(atSeconds);
      const ended = atSeconds < killedAtSeconds ? 0 : 40;
      return { quiet: quiet - ended, sessions: sessions - ended };
    };
    const looks = { everySeconds: 10, untilSeconds: killedAtSeconds + 300 };
    const again = growthsIn(world, looks).find(({ atSeconds }) => atSeconds >= killedAtSeconds);
    expect(again?.growth.sinceSeconds).toBeGreaterThanOrEqual(killedAtSeconds - 60);
  }
});
