import { expect, test } from "vitest";

import { exhaustionOf } from "../../../src/classify/forecast/exhaustion.ts";
import { growthOf } from "../../../src/classify/forecast/growth.ts";
import { aPool, countUntil, drawsFrom, leaking, leakTimes, watched, type Draws } from "./simulated.ts";

const RUNS = 200;
const COVERED = 0.85;
const FREE_SLOTS = 60;
const EVERY_SECONDS = 10;

type Leak = { readonly perMinute: number; readonly fromSeconds: number };

/** When a pool with this leak leaks a session, and what each look sees of it. */
function poolOf(draws: Draws, { perMinute, fromSeconds }: Leak, untilSeconds: number) {
  const times = leakTimes(draws, { perSecond: perMinute / 60, fromSeconds, count: 2000 });
  return {
    times,
    looks: [...watched(leaking(aPool(draws, true), times), { everySeconds: EVERY_SECONDS, untilSeconds })],
  };
}

/** Whether the forecast at a look covers the moment of the last slot; `null` unless both pools are seen to leak. */
function isCovered(seed: number, leaks: readonly Leak[], atSeconds: number): boolean | null {
  const draws = drawsFrom(seed);
  const pools = leaks.map((leak) => poolOf(draws, leak, atSeconds));
  const ofPools = pools.flatMap(({ looks }) => growthOf(looks.at(-1)?.series ?? []) ?? []);
  if (ofPools.length < leaks.length) return null;
  const scope = { scope: "server", name: "", limit: 100, used: 100 - FREE_SLOTS } as const;
  const { lower, upper } = exhaustionOf(scope, { own: null, ofPools })?.inSeconds ?? { lower: 0, upper: 0 };
  const times = pools.flatMap((pool) => pool.times).toSorted((a, b) => a - b);
  const lastSlotSeconds = times[countUntil(times, atSeconds) + FREE_SLOTS - 1] ?? Infinity;
  return lower <= lastSlotSeconds - atSeconds && lastSlotSeconds - atSeconds <= upper;
}

test.each([
  { fast: 24, slow: 6, slowForSeconds: 1800 },
  { fast: 12, slow: 10, slowForSeconds: 1200 },
  { fast: 60, slow: 5, slowForSeconds: 3600 },
])("two pools that leak, one for longer than the other, are forecast together: %o", (given) => {
  const atSeconds = 600 + given.slowForSeconds;
  const leaks = [
    { perMinute: given.slow, fromSeconds: 600 },
    { perMinute: given.fast, fromSeconds: atSeconds - 480 },
  ];
  const all = Array.from({ length: RUNS }, (_, run) => isCovered(run + 1, leaks, atSeconds));
  const told = all.filter((covered) => covered !== null);
  expect(told.length / RUNS).toBeGreaterThanOrEqual(0.9);
  expect(told.filter(Boolean).length / told.length).toBeGreaterThanOrEqual(COVERED);
});
