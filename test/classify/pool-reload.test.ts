import { describe, expect, test } from "vitest";

import { classify } from "../../src/classify/classify.ts";
import type { EpisodeEnd } from "../../src/classify/episode.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { DeclaredPool } from "../../src/classify/pools/pool.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aDeclaredPool, full, judge, leaked, poolOf, times, type Step } from "../support/pool-looks.ts";
import { judging } from "../support/thresholds.ts";

/** How the episodes end that are open when a reload exchanges the pools. */
function endsWhen(
  before: readonly DeclaredPool[],
  after: readonly DeclaredPool[],
  looks: readonly Step[],
): readonly EpisodeEnd[] {
  const last = judge(looks, { ...judging, pools: before }).at(-1);
  expect(poolOf(last)).toBeDefined();
  const next = aSnapshot({
    takenAtSeconds: 1_800_000_000 + 10 * looks.length,
    groups: looks.at(-1)?.groups ?? [],
  });
  const { events } = classify(lookOf(next), last?.memory ?? emptyMemory(), { ...judging, pools: after });
  return events.flatMap((event) => (event.type === "ended" ? [event.end] : []));
}

describe("when a reload of the configuration", () => {
  const above = times(5, () => full(12));
  const leaking = times(60, (index) => ({ groups: leaked(index) }));

  test("renames or removes a pool, nobody knows how it went on", () => {
    expect(endsWhen([aDeclaredPool()], [aDeclaredPool({ name: "shop" })], above)).toEqual(["lost_sight"]);
    expect(endsWhen([aDeclaredPool()], [], above)).toEqual(["lost_sight"]);
  });

  test("declares what was watched by its holder, nobody knows either", () => {
    expect(endsWhen([], [aDeclaredPool()], leaking)).toEqual(["lost_sight"]);
  });

  test("lets another declared pool take over the sessions, nobody knows either", () => {
    const taking = aDeclaredPool({ name: "taking" });
    const narrowed = aDeclaredPool({ matches: () => false });
    for (const looks of [above, leaking]) {
      expect(endsWhen([aDeclaredPool()], [taking, aDeclaredPool()], looks)).toEqual(["lost_sight"]);
      expect(endsWhen([aDeclaredPool()], [narrowed], looks)).toEqual(["lost_sight"]);
    }
  });

  test("does none of it, the pool goes on", () => {
    expect(endsWhen([aDeclaredPool()], [aDeclaredPool()], above)).toEqual([]);
    const other = aDeclaredPool({ name: "other", matches: () => false });
    expect(endsWhen([], [other], leaking)).toEqual([]);
  });
});
