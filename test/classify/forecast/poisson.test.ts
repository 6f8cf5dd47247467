import { expect, test } from "vitest";
import { eventRate, summed, timeUntil } from "../../../src/classify/forecast/poisson.ts";

/** Exact to the digits given: halves of the chi-square quantiles at 2n, 5 %, and at 2n + 2, 95 %. */
const garwood = [
  [5, 1.9701, 10.513],
  [10, 5.4254, 16.9622],
  [20, 13.2547, 29.062],
  [50, 38.9647, 63.2871],
  [100, 84.1393, 118.0793],
  [500, 463.7972, 538.3765],
] as const;

test.each(garwood)(
  "the interval of a rate is within 0.3 % of the exact one: %i events",
  (events, low, high) => {
    const { estimate, lower, upper } = eventRate(events, 100);
    expect(estimate).toBe(events / 100);
    expect(Math.abs((lower * 100) / low - 1)).toBeLessThan(0.003);
    expect(Math.abs((upper * 100) / high - 1)).toBeLessThan(0.003);
  },
);

test("with fewer events the bounds of a rate are too low: the lower one by a quarter at most", () => {
  const one = eventRate(1, 1);
  expect(one.lower).toBeLessThan(0.0513);
  expect(one.lower).toBeGreaterThan(0.75 * 0.0513);
  expect(one.upper).toBeCloseTo(4.74, 1);
});

test("no event in the time leaves a rate of nothing, up to three in that time", () => {
  expect(eventRate(0, 60)).toMatchObject({ estimate: 0, lower: 0 });
  expect(eventRate(0, 60).upper * 60).toBeCloseTo(2.9957, 1);
});

/** The 5 % and 95 % quantiles of F with 2k and 2n + 1 degrees of freedom, exact to the digits given. */
const fisher = [
  [5, 5, 0.339794, 2.853625],
  [5, 10, 0.361847, 2.320953],
  [5, 200, 0.392055, 1.854332],
  [20, 5, 0.490778, 2.530905],
  [20, 10, 0.547652, 1.964515],
  [60, 30, 0.700924, 1.463606],
  [200, 5, 0.55169, 2.417698],
  [200, 200, 0.848243, 1.178884],
] as const;

test.each(fisher)(
  "the time until %i more, %i having been seen, is within 0.3 % of the exact bounds",
  (events, seen, low, high) => {
    const { estimate, lower, upper } = timeUntil(events, { events: seen, overSeconds: 600 });
    const scaleSeconds = ((2 * events) / (2 * seen + 1)) * 600;
    expect(estimate).toBeCloseTo((events * 600) / seen, 9);
    expect(Math.abs(lower / (scaleSeconds * low) - 1)).toBeLessThan(0.003);
    expect(Math.abs(upper / (scaleSeconds * high) - 1)).toBeLessThan(0.003);
  },
);

test.each([
  [1, 0.051336, 3.147791],
  [2, 0.175846, 2.522615],
])("the time until the next %i is bounded from below too early, never too late", (events, low, high) => {
  const { lower, upper } = timeUntil(events, { events: 30, overSeconds: 600 });
  const scaleSeconds = ((2 * events) / 61) * 600;
  expect(lower).toBeLessThan(scaleSeconds * low);
  expect(lower).toBeGreaterThan(0.75 * scaleSeconds * low);
  expect(Math.abs(upper / (scaleSeconds * high) - 1)).toBeLessThan(0.01);
});

test("what need not happen any more takes no time", () => {
  expect(timeUntil(0, { events: 12, overSeconds: 60 })).toEqual({ estimate: 0, lower: 0, upper: 0 });
  expect(timeUntil(0, { events: 0, overSeconds: 60 })).toEqual({ estimate: 0, lower: 0, upper: 0 });
});

test("what was never seen to happen may never happen", () => {
  const { estimate, lower, upper } = timeUntil(10, { events: 0, overSeconds: 60 });
  expect([estimate, upper]).toEqual([Infinity, Infinity]);
  expect(lower).toBeGreaterThan(0);
  expect(lower).toBeLessThan(600);
});

test("one process stands for itself, and several that were seen for the same time for their sum", () => {
  const one = summed([{ events: 30, overSeconds: 600 }]);
  expect(one.events).toBeCloseTo(30, 9);
  expect(one.overSeconds).toBeCloseTo(600, 9);
  const both = summed([
    { events: 30, overSeconds: 600 },
    { events: 10, overSeconds: 600 },
  ]);
  expect(both.events).toBeCloseTo(40, 9);
  expect(both.overSeconds).toBeCloseTo(600, 9);
});

test("processes that were seen for different times have the sum of their rates, and of their variances", () => {
  const both = summed([
    { events: 20, overSeconds: 100 },
    { events: 30, overSeconds: 600 },
  ]);
  expect(both.events / both.overSeconds).toBeCloseTo(0.25, 9);
  expect(both.events / both.overSeconds ** 2).toBeCloseTo(20 / 100 ** 2 + 30 / 600 ** 2, 9);
});
