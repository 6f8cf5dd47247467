import { expect, test } from "vitest";
import { exhaustionOf, type SlotScope } from "../../../src/classify/forecast/exhaustion.ts";
import type { Growth } from "../../../src/classify/forecast/growth.ts";
import { eventRate, timeUntil } from "../../../src/classify/forecast/poisson.ts";

function aGrowth(leaks: number, overSeconds: number): Growth {
  return { leaks, overSeconds, sinceSeconds: 0, perSecond: eventRate(leaks, overSeconds) };
}

const growth = aGrowth(30, 360);
const alone = { own: growth, ofPools: [] };

function aScope(given: Partial<SlotScope>): SlotScope {
  return { scope: "server", name: "demo", limit: 100, used: 40, ...given };
}

test("the slots that are free now go at the rate of the leak, with no delay for the quiet time", () => {
  const exhaustion = exhaustionOf(aScope({}), alone);
  expect(exhaustion).toEqual({ ...aScope({}), inSeconds: timeUntilOf(60) });
  expect(exhaustion?.inSeconds.estimate).toBeCloseTo(720, 9);
});

function timeUntilOf(free: number): ReturnType<typeof timeUntil> {
  return timeUntil(free, { events: growth.leaks, overSeconds: growth.overSeconds });
}

test("where no slot is free, they run out now: also where a superuser takes more than there are", () => {
  for (const used of [100, 103]) {
    expect(exhaustionOf(aScope({ used }), alone)?.inSeconds).toEqual({ estimate: 0, lower: 0, upper: 0 });
  }
  expect(exhaustionOf(aScope({ used: 99 }), alone)?.inSeconds).toEqual(timeUntilOf(1));
});

test("without a leak there is nothing to forecast", () => {
  expect(exhaustionOf(aScope({ used: 100 }), { own: null, ofPools: [] })).toBeNull();
});

test("a pool that leaks takes the slots of its scope, whatever hides it in the scope as a whole", () => {
  const expected = { ...aScope({}), inSeconds: timeUntilOf(60) };
  expect(exhaustionOf(aScope({}), { own: null, ofPools: [growth] })).toEqual(expected);
  // Between the pool and the whole, chance alone makes such a difference.
  for (const own of [aGrowth(20, 360), aGrowth(40, 360)])
    expect(exhaustionOf(aScope({}), { own, ofPools: [growth] })).toEqual(expected);
});

test("several pools that leak take them together, each at its own pace", () => {
  const forecast = exhaustionOf(aScope({}), { own: null, ofPools: [growth, aGrowth(60, 1440)] });
  expect(forecast?.inSeconds.estimate).toBeCloseTo(480, 9);
});

test("where the scope leaks faster beyond doubt than its pools, the whole of it counts", () => {
  const own = aGrowth(90, 360);
  expect(exhaustionOf(aScope({}), { own, ofPools: [growth] })).toEqual(
    exhaustionOf(aScope({}), { own, ofPools: [] }),
  );
});
