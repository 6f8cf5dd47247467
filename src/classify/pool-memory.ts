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
  /** The applications in it, as the server knows them. */
  readonly applicationNames: readonly string[];
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

/** Since when (epoch seconds) the pool has been overgrown; `null` when it is not. */
export function overgrownSince(memory: PoolMemory | undefined): number | null {
  const since = [memory?.excessSinceSeconds, memory?.leak?.sinceSeconds].filter((at) => at != null);
  return since.length === 0 ? null : Math.min(...since);
}

/**
 * Whether quiet sessions, and sessions, have lately become more. It need not be a leak, but whoever waits until that is
 * beyond doubt asks too late where the sessions come from. A pool of which only more sessions rest does not rise.
 */
export function isRising({ series }: PoolMemory): boolean {
  const lowest = Math.min(...series.map(({ quiet }) => quiet));
  const [start, now] = [series.findLast(({ quiet }) => quiet === lowest), series.at(-1)];
  if (start === undefined || now === undefined) return false;
  return Math.min(now.quiet - start.quiet, now.sessions - start.sessions) >= FEW_SESSIONS;
}

/** A third of what a leak takes to be named. */
const FEW_SESSIONS = 5;

function rememberPool(
  { quietSessions: quiet, sessions, use, applicationNames }: PoolSighting,
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
    applicationNames,
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
