import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  jumpsAgo,
  rememberedJumps,
  trueAge,
  type ClockJumpAgo,
  type ClockJumps,
} from "../../src/classify/clock-jump.ts";

const MOST_JUMPS = 32;

/** A jump of the server's clock, seen at once, so long after the one before it. Whole seconds, so that sums are exact. */
type Step = { readonly afterSeconds: number; readonly aheadSeconds: number };

type Jumped = { readonly realSeconds: number; readonly aheadSeconds: number };

function steps(aheadSeconds: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<readonly Step[]> {
  return fc.array(fc.record({ afterSeconds: fc.integer({ min: 1, max: 50 }), aheadSeconds }), {
    maxLength,
    size: "max",
  });
}

const ahead = fc.integer({ min: 6, max: 100 });
const anyWay = fc.oneof(ahead, fc.integer({ min: -100, max: -6 }));
const began = fc.integer({ min: -100, max: 1500 });

function timed(course: readonly Step[]): readonly Jumped[] {
  return course.reduce<readonly Jumped[]>((before, { afterSeconds, aheadSeconds }) => {
    return [...before, { realSeconds: (before.at(-1)?.realSeconds ?? 0) + afterSeconds, aheadSeconds }];
  }, []);
}

/** How far the clock is wrong at this time. */
function wrongBy(jumped: readonly Jumped[], real: number): number {
  return jumped.reduce((sum, { realSeconds, aheadSeconds }) => {
    return realSeconds <= real ? sum + aheadSeconds : sum;
  }, 0);
}

/** The jumps so far, as seen from a look at this time. */
function knownAt(jumped: readonly Jumped[], real: number): readonly ClockJumpAgo[] {
  const known = jumped.reduce<ClockJumps>((before, { realSeconds, aheadSeconds }) => {
    return rememberedJumps(before, aheadSeconds, realSeconds + wrongBy(jumped, realSeconds));
  }, []);
  return jumpsAgo(known, real + wrongBy(jumped, real));
}

/** How old what began then is, in truth and as corrected, ten seconds after the last jump. */
function agesOf(course: readonly Step[], beganAt: number): { readonly age: number; readonly real: number } {
  const jumped = timed(course);
  const now = Math.max(beganAt, jumped.at(-1)?.realSeconds ?? 0) + 10;
  const real = now - beganAt;
  const shown = real + wrongBy(jumped, now) - wrongBy(jumped, beganAt);
  return { real, age: trueAge(shown, knownAt(jumped, now)) };
}

test("E23: while the clock only goes ahead, a corrected age is the true one", () => {
  fc.assert(
    fc.property(steps(ahead, MOST_JUMPS), began, (course, beganAt) => {
      const { age, real } = agesOf(course, beganAt);
      expect(age).toBe(real);
    }),
  );
});

test("E23: past the bound it is the true one of what began after the oldest that is kept, else that old at least", () => {
  fc.assert(
    fc.property(steps(ahead, 3 * MOST_JUMPS), began, (course, beganAt) => {
      const { age, real } = agesOf(course, beganAt);
      const jumped = timed(course);
      const kept = jumped.at(-MOST_JUMPS)?.realSeconds ?? -Infinity;
      const now = beganAt + real;
      const isBeforeAll = beganAt < (jumped[0]?.realSeconds ?? Infinity);
      expect(age).toBeLessThanOrEqual(real);
      expect(age).toBeGreaterThanOrEqual(beganAt >= kept || isBeforeAll ? real : now - kept);
    }),
  );
});

test("E23: however the clock jumps, a corrected age is never more than the true one", () => {
  fc.assert(
    fc.property(steps(anyWay, 2 * MOST_JUMPS), began, (course, beganAt) => {
      const { age, real } = agesOf(course, beganAt);
      expect(age).toBeLessThanOrEqual(real);
    }),
  );
});

test("E23: of two ages by one clock, the greater one stays so when both are corrected", () => {
  const ages = fc.integer({ min: 0, max: 5000 });
  fc.assert(
    fc.property(steps(anyWay, MOST_JUMPS), ages, ages, (course, one, more) => {
      const jumped = timed(course);
      const now = (jumped.at(-1)?.realSeconds ?? 0) + 10;
      const jumps = knownAt(jumped, now);
      expect(trueAge(one, jumps)).toBeLessThanOrEqual(trueAge(one + more, jumps));
    }),
  );
});
