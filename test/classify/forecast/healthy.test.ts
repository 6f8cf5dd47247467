import { expect, test } from "vitest";
import { runsTier } from "../../support/fuzz-runs.ts";
import { calmShapes, chanceShapes, returningShapes, type HealthyWorld } from "./healthy-worlds.ts";
import { drawsFrom, growthsIn } from "./simulated.ts";

const RUNS = { newcomer: 50, check: 200, full: 200 }[runsTier()];
const SEEDS = Array.from({ length: RUNS }, (_, seed) => seed + 1);
const HOUR_SECONDS = 3600;

/** The slowest tooth takes 20 minutes; two have come back when the third begins. */
const THIRD_TOOTH_SECONDS = 2 * 1200;

/** Seeds for which any look of the run, from a time on, saw growth. */
function alarms(
  shape: HealthyWorld,
  everySeconds: number,
  hours: number,
  fromSeconds = 0,
): readonly number[] {
  return SEEDS.filter((seed) =>
    growthsIn(shape(drawsFrom(seed)), { everySeconds, untilSeconds: hours * HOUR_SECONDS }).some(
      ({ atSeconds }) => atSeconds >= fromSeconds,
    ),
  );
}

test.each(Object.entries(calmShapes))("%s is no leak: looks every 10 seconds", (_, shape) => {
  expect(alarms(shape, 10, 1.5)).toEqual([]);
});

const fast = Object.entries(calmShapes).filter(
  ([name]) => name.includes("burst") || name.includes("restarts"),
);

test.each(fast)("%s is no leak: looks every 2 seconds", (_, shape) => {
  expect(alarms(shape, 2, 0.5)).toEqual([]);
});

test.each(Object.entries(calmShapes))("%s is no leak: looks every 30 seconds", (_, shape) => {
  expect(alarms(shape, 30, 4)).toEqual([]);
});

test.each(Object.entries(returningShapes))("%s is no leak once it came back twice", (_, shape) => {
  expect(alarms(shape, 10, 1.5, THIRD_TOOTH_SECONDS)).toEqual([]);
});

test.each(Object.entries(chanceShapes))(
  "%s: taken for a leak in less than one of a hundred runs",
  (_, shape) => {
    expect(alarms(shape, 10, 1).length).toBeLessThan(0.01 * SEEDS.length);
  },
);
