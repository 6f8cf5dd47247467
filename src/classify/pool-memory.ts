import { growthOf, type Growth } from "./forecast/growth.ts";
import { extended, type Series } from "./forecast/series.ts";
import type { PoolSighting } from "./pool-sighting.ts";

/** A leak that was seen growing. It lasts while half of what leaked is still there, though it grow no more. */
type PoolLeak = { readonly sinceSeconds: number; readonly quietBefore: number; readonly leaks: number };

/** What is remembered of a pool between looks. */
export type PoolMemory = {
  readonly series: Series;
  /** Since when (epoch seconds, server's clock) it has been above what was declared. */
  readonly excessSinceSeconds: number | null;
  readonly leak: PoolLeak | null;
  readonly growth: Growth | null;
};

/** By the key of the pool. Bounded by the groups of one look. */
export type PoolMemories = ReadonlyMap<string, PoolMemory>;

/** What this look adds to what is known of the pools. One that nobody saw is forgotten. */
export function rememberPools(
  pools: readonly PoolSighting[],
  before: PoolMemories,
  nowSeconds: number,
): PoolMemories {
  return new Map(pools.map((pool) => [pool.key, rememberPool(pool, before.get(pool.key), nowSeconds)]));
}

function rememberPool(
  { quietSessions: quiet, sessions, use }: PoolSighting,
  before: PoolMemory | undefined,
  nowSeconds: number,
): PoolMemory {
  const series = extended(before?.series ?? [], { atSeconds: nowSeconds, quiet, sessions });
  const growth = growthOf(series);
  const isAbove = (use?.excess ?? 0) > 0;
  return {
    series,
    growth,
    excessSinceSeconds: isAbove ? (before?.excessSinceSeconds ?? nowSeconds) : null,
    leak: leakOf(series, growth, before?.leak ?? null),
  };
}

/** Sessions that only rest, at lunch, are quiet too: what leaked grows with the leak alone. */
function leakOf(series: Series, growth: Growth | null, before: PoolLeak | null): PoolLeak | null {
  const now = startOf(series, growth);
  const started = before ?? now;
  if (started === null) return null;
  const grown = now === null ? 0 : now.quietBefore + now.leaks - started.quietBefore;
  const leaks = Math.max(started.leaks, grown);
  const quiet = series.at(-1)?.quiet ?? 0;
  const isStillThere = growth !== null || quiet - started.quietBefore >= leaks / 2;
  return isStillThere ? { ...started, leaks } : null;
}

function startOf(series: Series, growth: Growth | null): PoolLeak | null {
  const start = series.find(({ atSeconds }) => atSeconds === growth?.sinceSeconds);
  return growth === null || start === undefined
    ? null
    : { sinceSeconds: growth.sinceSeconds, quietBefore: start.quiet, leaks: growth.leaks };
}
