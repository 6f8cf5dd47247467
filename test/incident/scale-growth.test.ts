import { expect, test } from "vitest";

import { growthOf } from "../../src/classify/forecast/growth.ts";
import type { Series } from "../../src/classify/forecast/series.ts";
import { scaleGrowth } from "./scale-growth.ts";

const epoch = 1_700_000_000.123_457;

/** So many looks, so far apart, each of which sees two leaks more. */
function aLeak(looks: number, everySeconds: number): Series {
  return Array.from({ length: looks }, (_, index) => ({
    atSeconds: epoch + index * everySeconds,
    quiet: 2 * index,
    sessions: 20 + 2 * index,
  }));
}

test("at its own speed it is what it was", () => {
  const series = aLeak(20, 10);
  expect(growthOf(series)).not.toBeNull();
  expect(scaleGrowth(growthOf, 1)(series)).toEqual(growthOf(series));
});

test.for([2.5, 5, 10])(
  "%d times as fast, as many looks show the same leak, so many times as fast",
  (factor) => {
    const [slow, fast] = [growthOf(aLeak(20, 10)), scaleGrowth(growthOf, factor)(aLeak(20, 10 / factor))];
    expect(fast?.leaks).toBe(slow?.leaks);
    expect(fast?.overSeconds).toBeCloseTo((slow?.overSeconds ?? NaN) / factor, 5);
    expect(fast?.perSecond.estimate).toBeCloseTo((slow?.perSecond.estimate ?? NaN) * factor, 5);
    expect(fast?.perSecond.lower).toBeCloseTo((slow?.perSecond.lower ?? NaN) * factor, 5);
    expect(fast?.perSecond.upper).toBeCloseTo((slow?.perSecond.upper ?? NaN) * factor, 5);
  },
);

test("it begins at the very time of a look", () => {
  const series = aLeak(20, 3);
  expect(series.map(({ atSeconds }) => atSeconds)).toContain(scaleGrowth(growthOf, 5)(series)?.sinceSeconds);
});

test("what takes two minutes to show takes a fifth of them, and no less", () => {
  expect(growthOf(aLeak(13, 10))).toBeNull();
  expect(growthOf(aLeak(14, 10))).not.toBeNull();
  expect(growthOf(aLeak(14, 2))).toBeNull();
  expect(scaleGrowth(growthOf, 5)(aLeak(13, 2))).toBeNull();
  expect(scaleGrowth(growthOf, 5)(aLeak(14, 2))).not.toBeNull();
});
