import { expect, test } from "vitest";
import { exhaustionOf, type SlotScope } from "../../../src/classify/forecast/exhaustion.ts";
import type { Growth } from "../../../src/classify/forecast/growth.ts";
import { eventRate, timeUntil } from "../../../src/classify/forecast/poisson.ts";

const growth: Growth = { leaks: 30, overSeconds: 360, sinceSeconds: 0, perSecond: eventRate(30, 360) };

function aScope(given: Partial<SlotScope>): SlotScope {
  return { scope: "server", name: "demo", limit: 100, used: 40, ...given };
}

test("the slots that are free now go at the rate of the leak, with no delay for the quiet time", () => {
  const exhaustion = exhaustionOf(aScope({}), growth);
  expect(exhaustion).toEqual({ ...aScope({}), inSeconds: timeUntilOf(60) });
  expect(exhaustion?.inSeconds.estimate).toBeCloseTo(720, 9);
});

function timeUntilOf(free: number): ReturnType<typeof timeUntil> {
  return timeUntil(free, { events: growth.leaks, overSeconds: growth.overSeconds });
}

test("where no slot is free, they run out now: also where a superuser takes more than there are", () => {
  for (const used of [100, 103]) {
    expect(exhaustionOf(aScope({ used }), growth)?.inSeconds).toEqual({ estimate: 0, lower: 0, upper: 0 });
  }
  expect(exhaustionOf(aScope({ used: 99 }), growth)?.inSeconds).toEqual(timeUntilOf(1));
});

test("without a leak there is nothing to forecast", () => {
  expect(exhaustionOf(aScope({ used: 100 }), null)).toBeNull();
});
