import * as fc from "fast-check";
import { expect, test } from "vitest";
import { extended, type Point, type Series } from "../../../src/classify/forecast/series.ts";
import { drawsFrom } from "./simulated.ts";

function aPoint(atSeconds: number, quiet = 0): Point {
  return { atSeconds, quiet, sessions: quiet + 10 };
}

function seriesOf(points: readonly Point[]): Series {
  return points.reduce<Series>(extended, []);
}

const DAY_SECONDS = 86_400;

/** Looks whose clock mostly goes on, sometimes stands still, leaps or goes back. */
const anyLooks = fc
  .array(
    fc.tuple(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, -5, 4000, 90_000)), fc.nat(30)),
    {
      maxLength: 300,
    },
  )
  .map((steps) => {
    let atSeconds = 1_800_000_000;
    return steps.map(([seconds, quiet]) => aPoint((atSeconds += seconds), quiet));
  });

test("whatever the looks, a series is bounded, in order, of points that were looks, and ends with the newest", () => {
  fc.assert(
    fc.property(anyLooks, (looks) => {
      let series: Series = [];
      looks.forEach((look, index) => {
        series = extended(series, look);
        expect(series.length).toBeLessThanOrEqual(64);
        expect(series.at(-1)).toBe(look);
        const times = series.map(({ atSeconds }) => atSeconds);
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
        expect(look.atSeconds - (times[0] ?? -Infinity)).toBeLessThanOrEqual(DAY_SECONDS);
        const seen = new Set(looks.slice(0, index + 1));
        expect(series.every((point) => seen.has(point))).toBe(true);
      });
    }),
  );
});

test("while there is room, every look is kept as it was", () => {
  const looks = Array.from({ length: 64 }, (_, index) => aPoint(index * 10, index % 7));
  expect(seriesOf(looks)).toEqual(looks);
});

test("a hundred thousand looks never take more than 64 points, nor a day", () => {
  const draws = drawsFrom(1);
  let series: Series = [];
  let [longest, oldestSeconds] = [0, 0];
  for (let look = 0; look < 100_000; look += 1) {
    series = extended(series, aPoint(look * 10, draws.between(10, 20)));
    longest = Math.max(longest, series.length);
    oldestSeconds = Math.max(oldestSeconds, look * 10 - (series[0]?.atSeconds ?? -Infinity));
  }
  expect(longest).toBe(64);
  expect(oldestSeconds).toBeLessThanOrEqual(DAY_SECONDS);
  expect(oldestSeconds).toBeGreaterThan(0.8 * DAY_SECONDS);
});

test("the last minutes are kept in full, and older looks lie no further apart than a fifth of their age", () => {
  for (const everySeconds of [2, 10, 30]) {
    const nowSeconds = Math.floor(DAY_SECONDS / everySeconds) * everySeconds;
    const looks = Array.from({ length: nowSeconds / everySeconds + 1 }, (_, look) =>
      aPoint(look * everySeconds),
    );
    const series = seriesOf(looks);
    expect(series.slice(-6)).toEqual(looks.slice(-6));
    series.slice(1).forEach((point, index) => {
      const before = series[index]?.atSeconds ?? -Infinity;
      expect(point.atSeconds - before).toBeLessThanOrEqual(Math.max(everySeconds, (nowSeconds - before) / 5));
    });
  }
});

test("of two looks that become one, that with fewer quiet sessions stays, of equals the earlier", () => {
  const flat = Array.from({ length: 65 }, (_, index) => aPoint(index * 10, 5));
  const dropped = flat.findIndex((point) => !seriesOf(flat).includes(point));
  expect(dropped).toBeGreaterThan(0);
  const rising = flat.with(dropped, aPoint(dropped * 10, 6));
  expect(seriesOf(rising)).toEqual(rising.toSpliced(dropped, 1));
  const falling = flat.with(dropped, aPoint(dropped * 10, 4));
  expect(seriesOf(falling)).toEqual(falling.toSpliced(dropped - 1, 1));
});

test("a clock that went back starts anew; one that stood still keeps the later look", () => {
  const before = seriesOf([aPoint(100, 1), aPoint(110, 2)]);
  expect(extended(before, aPoint(109, 3))).toEqual([aPoint(109, 3)]);
  expect(extended(before, aPoint(110, 3))).toEqual([aPoint(100, 1), aPoint(110, 3)]);
});

test("sessions that went all at once start anew; those that awoke, or were few, do not", () => {
  const before = [...Array(5)].map((_, index) => ({ atSeconds: 10 * index, quiet: 20, sessions: 30 }));
  const after = (quiet: number, sessions: number, series = before) =>
    extended(series, { atSeconds: 50, quiet, sessions }).length;
  expect(after(6, 16)).toBe(1);
  expect(after(7, 16)).toBe(6);
  expect(after(0, 30)).toBe(6);
  const few = before.map((point) => ({ ...point, quiet: 9 }));
  expect(after(0, 10, few)).toBe(6);
});

test("a look is kept for a day, and no longer", () => {
  expect(extended([aPoint(0)], aPoint(DAY_SECONDS))).toHaveLength(2);
  expect(extended([aPoint(0)], aPoint(DAY_SECONDS + 1))).toHaveLength(1);
});

test("the series that went in stays as it was", () => {
  const before = seriesOf(Array.from({ length: 64 }, (_, index) => aPoint(index)));
  const copy = structuredClone(before);
  extended(before, aPoint(64));
  expect(before).toEqual(copy);
});
