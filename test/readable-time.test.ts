import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  formatAge,
  formatSecondOfDay,
  formatSpans,
  formatTimeLeft,
  formatTimeOfDay,
} from "../src/readable-time.ts";

test.for([
  [0, "0s"],
  [45.9, "45s"],
  [119.99, "119s"],
  [120, "2m"],
  [3599, "59m"],
  [3600, "1h00m"],
  [11_100, "3h05m"],
  [172_799, "47h59m"],
  [172_800, "2d00h"],
  [187_200, "2d04h"],
  [8_640_000, "100d00h"],
] as const)("%d seconds read as %s", ([seconds, text]) => {
  expect(formatAge(seconds)).toBe(text);
});

test.for([
  [0, "0s"],
  [0.001, "1s"],
  [30, "30s"],
  [3599.2, "1h00m"],
  [21_479.4, "5h58m"],
] as const)("%d seconds that are left read as %s", ([seconds, text]) => {
  expect(formatTimeLeft(seconds)).toBe(text);
});

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

test("never says more than the age, and less by no more than the smallest unit shown", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (seconds) => {
      const parts = [...formatAge(seconds).matchAll(/(\d+)([smhd])/g)].map(([, count, unit = ""]) => {
        return { count: Number(count), each: unitSeconds[unit] ?? Number.NaN };
      });
      const said = parts.reduce((sum, { count, each }) => sum + count * each, 0);
      expect(said).toBeLessThanOrEqual(seconds);
      expect(seconds - said).toBeLessThan(parts.at(-1)?.each ?? 0);
    }),
  );
});

test.for([
  [0, "0 s"],
  [45.4, "45 s"],
  [119, "119 s"],
  [120, "2 min"],
  [2400, "40 min"],
  [7199, "120 min"],
  [7200, "2 h"],
  [172_799, "48 h"],
  [259_200, "3 d"],
] as const)("%d seconds to come read as %s", ([seconds, text]) => {
  expect(formatSpans({ estimate: seconds, lower: seconds, upper: seconds })).toMatchObject({
    estimate: text,
    upper: text,
  });
});

test.for([
  [119, 82, 183, "119 s", "82 s", "183 s"],
  [130, 59, 390, "130 s", "59 s", "390 s"],
  [130, 60, 390, "2 min", "1 min", "7 min"],
  [7500, 3500, 9000, "125 min", "58 min", "150 min"],
  [180_000, 86_400, 500_000, "2 d", "1 d", "6 d"],
] as const)("%d seconds, of %d to %d, are told in one unit", ([estimate, lower, upper, ...texts]) => {
  const said = formatSpans({ estimate, lower, upper });
  expect([said.estimate, said.lower, said.upper]).toEqual(texts);
});

test.for(["1970-01-01T00:00:00Z", "2026-11-20T14:05:59.9Z", "2027-01-15T23:59:59Z"])(
  "the time of day of %s is the one of UTC",
  (iso) => {
    expect(formatTimeOfDay(Date.parse(iso) / 1000)).toBe(`${iso.slice(11, 16)} UTC`);
    expect(formatSecondOfDay(Date.parse(iso) / 1000)).toBe(`${iso.slice(11, 19)} UTC`);
  },
);
