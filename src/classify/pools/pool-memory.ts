import { growthOf, type Growth } from "../forecast/growth.ts";
import { extended, type Point, type Series } from "../forecast/series.ts";
import type { ClientHolder, PoolSighting } from "./pool-sighting.ts";

/** A leak that was seen growing. It lasts while half of its `leaks` are still there, though it grow no more. */
type PoolLeak = {
  readonly sinceSeconds: number;
  readonly quietBefore: number;
  /** Counted as carefully as the rate: too few rather than too many. */
  readonly leaks: number;
  /** All that had leaked when it was last seen growing: what fell quiet since it began. Never more than are there. */
  readonly leakedSessions: number;
};

/** What is remembered of a pool between looks. */
export type PoolMemory = {
  readonly series: Series;
  /** Since when (epoch seconds, server's clock) it has been above what was declared. */
  readonly excessSinceSeconds: number | null;
  readonly leak: PoolLeak | null;
  readonly growth: Growth | null;
  /** Whose sessions it counted at the last look: by them a pool that took them over is known. */
  readonly holders: readonly ClientHolder[];
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
 * beyond doubt asks too late where the sessions come from. A pool of which only more sessions rest does not rise, nor
 * does one that follows its traffic as on the day before: a rise is faster than that, or goes further.
 */
export function isRising({ series }: PoolMemory): boolean {
  const [start, now] = [lowestOf(series), series.at(-1)];
  // Most pools end here, at every look: what is no rise from the lowest look on is none from a later one on either.
  if (start === undefined || now === undefined || now.quiet - start.quiet < FEW_SESSIONS) return false;
  const levels = series.map(({ quiet }) => quiet - start.quiet);
  const highest = Math.max(...levels);
  const highestBefore = Math.max(0, ...levels.slice(0, series.indexOf(start)));
  if (riseSince(start, now) >= Math.max(FEW_SESSIONS, FURTHER * highestBefore, LASTING * highest))
    return true;
  const lately = lowestOf(series.filter(({ atSeconds }) => now.atSeconds - atSeconds <= LATELY_SECONDS));
  return lately !== undefined && riseSince(lately, now) >= Math.max(FEW_SESSIONS, STEEP * highest);
}

/** The last look with the fewest quiet sessions. */
function lowestOf(series: Series): Point | undefined {
  return series.reduce<Point | undefined>(
    (lowest, point) => (lowest === undefined || point.quiet <= lowest.quiet ? point : lowest),
    undefined,
  );
}

function riseSince(start: Point, now: Point): number {
  return Math.min(now.quiet - start.quiet, now.sessions - start.sessions);
}

/** A third of what a leak takes to be named. */
const FEW_SESSIONS = 5;

/** Times as far as it had risen earlier on the day, and the share of the present rise that is still there. */
const [FURTHER, LASTING] = [2, 0.8];

/** The share of a day's rise that an hour takes: at most an eighth of it in what comes and goes with the day. */
const [LATELY_SECONDS, STEEP] = [3600, 0.25];

function rememberPool(
  { quietSessions: quiet, sessions, use, holders, applicationNames }: PoolSighting,
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
    holders,
    applicationNames,
  };
}

/**
 * Sessions that only rest, at lunch, are quiet too: what leaked grows with the leak alone. Some may rest while it grows,
 * so whether it is still there is told by the careful count: those that return to work are not leaked ones that went.
 */
function leakOf(series: Series, growth: Growth | null, before: PoolLeak | null): PoolLeak | null {
  const now = startOf(series, growth);
  const started = before ?? now;
  const newest = series.at(-1);
  if (started === null || newest === undefined) return null;
  const grown = now === null ? 0 : now.quietBefore + now.leaks - started.quietBefore;
  const leaks = Math.max(started.leaks, grown);
  const fellQuiet = newest.quiet - started.quietBefore;
  if (now === null && fellQuiet < leaks / 2) return null;
  const leaked = now === null ? started.leakedSessions : fellQuiet;
  return { ...started, leaks, leakedSessions: Math.min(leaked, newest.sessions) };
}

function startOf(series: Series, growth: Growth | null): PoolLeak | null {
  const start = series.find(({ atSeconds }) => atSeconds === growth?.sinceSeconds);
  if (growth === null || start === undefined) return null;
  const { leaks, sinceSeconds } = growth;
  return { sinceSeconds, quietBefore: start.quiet, leaks, leakedSessions: leaks };
}
