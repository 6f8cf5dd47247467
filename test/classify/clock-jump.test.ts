import { describe, expect, test } from "vitest";

import { jumpsAgo, rememberedJumps, trueAge, type ClockJumps } from "../../src/classify/clock-jump.ts";

/** What is remembered after these jumps, each with the time of its look. */
function after(...jumps: readonly (readonly [aheadSeconds: number, atSeconds: number])[]): ClockJumps {
  return jumps.reduce<ClockJumps>((known, [ahead, at]) => rememberedJumps(known, ahead, at), []);
}

describe("E23: what is remembered of jumps of the server's clock", () => {
  test("is nothing while it does not jump, or only goes back", () => {
    expect(after([0, 10], [-3600, 20])).toEqual([]);
  });

  test("is how far it went ahead each time, and the looks that saw it, by the clock as it shows now", () => {
    expect(after([3600, 3620], [0, 3630])).toEqual([{ atSeconds: 3620, seconds: 3600 }]);
    expect(after([3600, 3620], [60, 3700])).toEqual([
      { atSeconds: 3680, seconds: 3600 },
      { atSeconds: 3700, seconds: 60 },
    ]);
  });

  test("is nothing any more once it is back, and still the whole jump if it went back first", () => {
    expect(after([3600, 3620], [-3600, 30])).toEqual([]);
    expect(after([3600, 3620], [-600, 3030])).toEqual([{ atSeconds: 3020, seconds: 3000 }]);
    expect(after([-3600, 20], [3600, 3700])).toEqual([{ atSeconds: 3700, seconds: 3600 }]);
  });

  test("loses the newest first when it goes back", () => {
    const twice = [
      [3600, 3620],
      [60, 3700],
    ] as const;
    expect(after(...twice, [-50, 3660])).toEqual([
      { atSeconds: 3630, seconds: 3600 },
      { atSeconds: 3650, seconds: 10 },
    ]);
    expect(after(...twice, [-60, 3650])).toEqual([{ atSeconds: 3620, seconds: 3600 }]);
    expect(after(...twice, [-660, 3050])).toEqual([{ atSeconds: 3020, seconds: 3000 }]);
    expect(after(...twice, [-4000, -290])).toEqual([]);
  });

  test("is 32 jumps at most: the two oldest become one, at the time of the later", () => {
    // One each 100 seconds: by the clock after all of them, 10 seconds more for each that came later.
    const jumps = after(...Array.from({ length: 33 }, (_, i) => [10, 110 * (i + 1)] as const));
    expect(jumps).toHaveLength(32);
    expect(jumps.slice(0, 2)).toEqual([
      { atSeconds: 220 + 310, seconds: 20 },
      { atSeconds: 330 + 300, seconds: 10 },
    ]);
  });
});

describe("E23: an age", () => {
  const jump = { agoSeconds: 100, seconds: 3600 };

  test("is believed where the clock did not jump, or jumped before it began", () => {
    expect(trueAge(4000, [])).toBe(4000);
    expect(trueAge(100, [jump])).toBe(100);
  });

  test("from before the jump is without it, and reaches back to it at least", () => {
    expect(trueAge(3800, [jump])).toBe(200);
    expect(trueAge(101, [jump])).toBe(100);
    expect(trueAge(Infinity, [jump])).toBe(Infinity);
  });

  test("is without the jumps that came after it began, and no others", () => {
    const jumps = [jump, { agoSeconds: 50, seconds: 20 }, { agoSeconds: 10, seconds: 5 }];
    expect(trueAge(8, jumps)).toBe(8);
    expect(trueAge(30 + 5, jumps)).toBe(30);
    expect(trueAge(80 + 25, jumps)).toBe(80);
    expect(trueAge(200 + 3625, jumps)).toBe(200);
  });

  test("is the true one after 30 nightly stuns", () => {
    const day = 86_400;
    const nights = Array.from({ length: 30 }, (_, i) => [20, day * i + 20 * (i + 1)] as const);
    const nowSeconds = day * 29 + 20 * 30 + 3600;
    const jumps = jumpsAgo(after(...nights), nowSeconds);
    expect(trueAge(600, jumps)).toBe(600);
    expect(trueAge(2 * day + 40, jumps)).toBe(2 * day);
    expect(trueAge(60 * day + 600, jumps)).toBe(60 * day);
  });
});
