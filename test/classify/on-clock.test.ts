import { expect, test } from "vitest";

import { classify, type Verdict } from "../../src/classify/classify.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { DeclaredPool } from "../../src/classify/pools/pool.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aDeclaredPool, full, leaked, poolOf, times, type Step } from "../support/pool-looks.ts";
import { judging } from "../support/thresholds.ts";

/** The last of looks ten seconds apart, half way through which the server's clock jumps; pgleash notices. */
function judged(
  looks: readonly Step[],
  aheadSeconds: number,
  pools: readonly DeclaredPool[] = [],
): Verdict | undefined {
  let memory = emptyMemory();
  const verdicts = looks.map((look, index) => {
    const wrongBy = index < looks.length / 2 ? 0 : aheadSeconds;
    const snapshot = aSnapshot({ takenAtSeconds: 1_800_000_000 + 10 * index + wrongBy, ...look });
    const sinceLastLookSeconds = index === 0 ? null : 10;
    const options = { ...judging, pools, sinceLastLookSeconds };
    const verdict = classify(lookOf(snapshot), memory, options);
    ({ memory } = verdict);
    return verdict;
  });
  return verdicts.at(-1);
}

/** How long ago each look was that is remembered of the slots of the server, in seconds. */
function slotLookAges(verdict: Verdict | undefined): readonly number[] {
  const [series = []] = verdict?.memory.slots.values() ?? [];
  return series.map(({ atSeconds }) => (series.at(-1)?.atSeconds ?? 0) - atSeconds);
}

const hour = 3600;

test.for([hour, 15, -15, -hour])(
  "E23: a pool is above its size for as long as before, when the clock jumps %i seconds",
  (aheadSeconds) => {
    const looks = times(20, () => full(12));
    expect(poolOf(judged(looks, aheadSeconds, [aDeclaredPool()]))?.ageSeconds).toBe(190);
  },
);

test.for([hour, 15, -15, -hour])(
  "a pool leaks as fast and as long as before, and fills the slots as soon, when the clock jumps %i seconds",
  (aheadSeconds) => {
    const looks = times(60, (index) => ({ groups: leaked(index) }));
    const [steady, jumped] = [judged(looks, 0), judged(looks, aheadSeconds)];
    const [before, after] = [poolOf(steady), poolOf(jumped)];
    const { leakingSinceSeconds = null, growth = null } = before?.pool ?? {};
    if (leakingSinceSeconds === null || growth === null) throw new Error("It does not leak.");
    expect(after?.ageSeconds).toBe(before?.ageSeconds);
    expect(after?.pool.leakingSinceSeconds).toBe(leakingSinceSeconds + aheadSeconds);
    expect(after?.pool.growth).toEqual({ ...growth, sinceSeconds: growth.sinceSeconds + aheadSeconds });
    expect(steady?.exhaustions).not.toEqual([]);
    expect(slotLookAges(steady)).toHaveLength(60);
    expect(jumped?.exhaustions).toEqual(steady?.exhaustions);
    expect(slotLookAges(jumped)).toEqual(slotLookAges(steady));
  },
);
