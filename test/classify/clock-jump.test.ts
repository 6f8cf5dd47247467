import { describe, expect, test } from "vitest";

import { rememberedJump, trueAge, type ClockJump } from "../../src/classify/clock-jump.ts";

/** What is remembered after these jumps, each with the time of its look. */
function after(...jumps: readonly (readonly [aheadSeconds: number, atSeconds: number])[]): ClockJump | null {
  return jumps.reduce<ClockJump | null>((known, [ahead, at]) => rememberedJump(known, ahead, at), null);
}

describe("E23: what is remembered of jumps of the server's clock", () => {
  test("is nothing while it does not jump, or only goes back", () => {
    expect(after([0, 10], [-3600, 20])).toBeNull();
  });

  test("is how far it went ahead, and the look that saw it, until the next jump", () => {
    expect(after([3600, 20], [0, 30])).toEqual({ atSeconds: 20, seconds: 3600 });
    expect(after([3600, 20], [60, 3700])).toEqual({ atSeconds: 3700, seconds: 3660 });
  });

  test("is nothing any more once it is back, and still the whole jump if it went back first", () => {
    expect(after([3600, 3620], [-3600, 30])).toBeNull();
    expect(after([3600, 3620], [-600, 3030])).toEqual({ atSeconds: 3030, seconds: 3000 });
    expect(after([-3600, 20], [3600, 3700])).toEqual({ atSeconds: 3700, seconds: 3600 });
  });
});

describe("E23: an age", () => {
  const jump = { agoSeconds: 100, seconds: 3600 };

  test("is believed where the clock did not jump, or jumped before it began", () => {
    expect(trueAge(4000, null)).toBe(4000);
    expect(trueAge(100, jump)).toBe(100);
  });

  test("from before the jump is without it, and reaches back to it at least", () => {
    expect(trueAge(3800, jump)).toBe(200);
    expect(trueAge(101, jump)).toBe(100);
    expect(trueAge(Infinity, jump)).toBe(Infinity);
  });
});
