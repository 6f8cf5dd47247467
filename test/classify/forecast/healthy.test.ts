import { expect, test } from "vitest";
import { runsTier } from "../../support/fuzz-runs.ts";
import { calmShapes, chanceShapes, returningShapes, type HealthyWorld } from "./healthy-worlds.ts";
import { drawsFrom, growthsIn } from "./simulated.ts";

function seedsUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, seed) => seed + 1);
}

const seeds = seedsUpTo({ newcomer: 50, check: 200, full: 200 }[runsTier()]);
/** One alarm in a hundred runs is told from none only by more of them. */
const chanceSeeds = seedsUpTo(200);
const HOUR_SECONDS = 3600;

/** The slowest tooth takes 20 minutes; two have come back when the third begins. */
const THIRD_TOOTH_SECONDS = 2 * 1200;

type Watching = {
  readonly everySeconds: number;
  readonly hours: number;
  readonly fromSeconds?: number;
  readonly among?: readonly number[];
};

/** Seeds for which any look of the run, from a time on, saw growth. */
function alarms(
  shape: HealthyWorld,
  { everySeconds, hours, fromSeconds = 0, among = seeds }: Watching,
): readonly number[] {
  return among.filter((seed) =>
    growthsIn(shape(drawsFrom(seed)), { everySeconds, untilSeconds: hours * HOUR_SECONDS }).some(
      ({ atSeconds }) => atSeconds >= fromSeconds,
    ),
  );
}

test.each(Object.entries(calmShapes))("%s is no leak: looks every 10 seconds", (_, shape) => {
  expect(alarms(shape, { everySeconds: 10, hours: 1.5 })).toEqual([]);
});

const fast = Object.entries(calmShapes).filter(
  ([name]) => name.includes("burst") || name.includes("restarts"),
);

test.each(fast)("%s is no leak: looks every 2 seconds", (_, shape) => {
  expect(alarms(shape, { everySeconds: 2, hours: 0.5 })).toEqual([]);
});

test.each(Object.entries(calmShapes))("%s is no leak: looks every 30 seconds", (_, shape) => {
  expect(alarms(shape, { everySeconds: 30, hours: 4 })).toEqual([]);
});

test.each(Object.entries(returningShapes))("%s is no leak once it came back twice", (_, shape) => {
  const watching = { everySeconds: 10, hours: 1.5, fromSeconds: THIRD_TOOTH_SECONDS };
  expect(alarms(shape, watching)).toEqual([]);
});

test.each(Object.entries(chanceShapes))(
  "%s: taken for a leak in less than one of a hundred runs",
  (_, shape) => {
    const found = alarms(shape, { everySeconds: 10, hours: 1, among: chanceSeeds });
    expect(found.length).toBeLessThan(0.01 * chanceSeeds.length);
  },
);
