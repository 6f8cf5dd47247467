import * as fc from "fast-check";
import { expect, test } from "vitest";

import { backoffSeconds } from "../../src/postgres/backoff.ts";

test.for([
  [1, 1],
  [2, 2],
  [3, 4],
  [5, 16],
  [6, 30],
  [7, 30],
  [5000, 30],
] as const)(
  "after %d failures in a row the wait is at most %d s, and at least half of that",
  ([failures, longest]) => {
    expect(backoffSeconds(failures, 1)).toBe(longest);
    expect(backoffSeconds(failures, 0)).toBe(longest / 2);
  },
);

test("the wait lies between half a second and half a minute, whatever happened", () => {
  const jitter = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(), jitter, (failures, share) => {
      const seconds = backoffSeconds(failures, share);
      expect(seconds).toBeGreaterThanOrEqual(0.5);
      expect(seconds).toBeLessThanOrEqual(30);
    }),
  );
});

test("the wait never shrinks while failures go on", () => {
  const jitter = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), jitter, (failures, share) => {
      expect(backoffSeconds(failures + 1, share)).toBeGreaterThanOrEqual(backoffSeconds(failures, share));
    }),
  );
});
