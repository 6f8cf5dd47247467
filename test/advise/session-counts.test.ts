import * as fc from "fast-check";
import { expect, test } from "vitest";

import { countQuantile, noCounted, withCount, type SessionCounts } from "../../src/advise/session-counts.ts";
import { deepFreeze } from "../support/deep-freeze.ts";

function countsOf(numbers: readonly number[]): SessionCounts {
  return numbers.reduce((counts, one) => deepFreeze(withCount(counts, one)), deepFreeze(noCounted));
}

function exactly(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

test("below a hundred sessions every quantile is exact", () => {
  const numbers = fc.array(fc.nat(99), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(numbers, share, (all, at) => {
      expect(countQuantile(countsOf(all), at)).toBe(exactly(all, at));
    }),
  );
});

test("from there on it is off by a hundredth at most, but for rounding", () => {
  const numbers = fc.array(fc.nat(300_000), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(numbers, share, (all, at) => {
      const exact = exactly(all, at);
      expect(Math.abs(countQuantile(countsOf(all), at) - exact)).toBeLessThanOrEqual(0.01 * exact + 0.5);
    }),
  );
});

test("no number takes more room than it may, and of no looks there is none", () => {
  expect(countsOf([Number.MAX_VALUE, Infinity, -3, 0.5])).toHaveLength(915);
  expect(countQuantile(noCounted, 0.5)).toBe(0);
});
