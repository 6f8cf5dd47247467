import type { ConfiguredPool, PoolUse } from "../classify/pools/pool.ts";
import { noUse, withUse, type SessionUse } from "./session-use.ts";

/** What the looks showed of one declared pool: where it holds for each client host, of the host that had most each time. */
export type PoolHistory = {
  readonly pool: ConfiguredPool;
  readonly use: SessionUse;
  /** Looks that took all client hosts for one, where the pool holds for each: they say nothing of it. */
  readonly untoldLooks: number;
};

/** What one look saw of the pools, both in the order of their declaration. */
export type SeenPools = {
  readonly declared: readonly ConfiguredPool[];
  readonly uses: readonly PoolUse[];
};

/** Where none are declared. */
export const noPools: SeenPools = { declared: [], uses: [] };

/** With one look more. As bounded as the configuration is; a pool without sessions stays the value that it was. Pure. */
export function poolsAfter(
  before: readonly PoolHistory[],
  { declared, uses }: SeenPools,
  groupsByClient: boolean,
): readonly PoolHistory[] {
  return declaredNow(before, declared).map((known, index): PoolHistory => {
    const { pool, use, untoldLooks } = known;
    const { mostActive: busy, mostHeld: held } = uses[index] ?? { mostActive: 0, mostHeld: 0 };
    if (held === 0) return known;
    if (pool.per === "client" && !groupsByClient) return { pool, use, untoldLooks: untoldLooks + 1 };
    return { pool, use: withUse(use, { busy, held }), untoldLooks };
  });
}

/**
 * A session belongs to the first pool that matches: from the first on that a reload made count others, what was seen is
 * of other sessions, and begins anew. A size or a name says nothing about whose sessions they are.
 */
function declaredNow(
  before: readonly PoolHistory[],
  declared: readonly ConfiguredPool[],
): readonly PoolHistory[] {
  if (before.length === declared.length && before.every(({ pool }, index) => pool === declared[index]))
    return before;
  const differs = declared.findIndex((pool, index) => !countsAs(before[index]?.pool, pool));
  const kept = before.slice(0, differs < 0 ? declared.length : differs);
  return declared.map((pool, index) => {
    const { use = noUse, untoldLooks = 0 } = kept[index] ?? {};
    return { pool, use, untoldLooks };
  });
}

function countsAs(before: ConfiguredPool | undefined, pool: ConfiguredPool): boolean {
  const isSameList = before?.match.length === pool.match.length;
  return (
    isSameList && before.per === pool.per && pool.match.every((text, index) => text === before.match[index])
  );
}
