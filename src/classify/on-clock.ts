import { rememberedJumps } from "./clock-jump.ts";
import type { Episode } from "./episode.ts";
import type { Series } from "./forecast/series.ts";
import type { Memory } from "./memory.ts";
import type { PoolMemory } from "./pools/pool-memory.ts";

/** A look, and how far the server's clock had gone ahead by it beside the time that passed; negative where it went back. */
type Jump = { readonly nowSeconds: number; readonly aheadSeconds: number };

/**
 * What is remembered, once the server's clock has jumped: how long somebody was followed, and a pool grew, does not change
 * by that. When sessions began stays as it was, for their rows carry the time that the clock showed then. Pure.
 */
export function onClock(memory: Memory, { nowSeconds, aheadSeconds }: Jump): Memory {
  if (aheadSeconds === 0) return memory;
  return {
    ...memory,
    episodes: mapped(memory.episodes, (episode): Episode => ({
      ...episode,
      firstSeenSeconds: episode.firstSeenSeconds + aheadSeconds,
    })),
    pools: mapped(memory.pools, (pool) => poolOnClock(pool, aheadSeconds)),
    slots: mapped(memory.slots, (series) => seriesOnClock(series, aheadSeconds)),
    clockJumps: rememberedJumps(memory.clockJumps, aheadSeconds, nowSeconds),
  };
}

function poolOnClock(pool: PoolMemory, aheadSeconds: number): PoolMemory {
  const { excessSinceSeconds, leak } = pool;
  return {
    ...pool,
    series: seriesOnClock(pool.series, aheadSeconds),
    excessSinceSeconds: excessSinceSeconds === null ? null : excessSinceSeconds + aheadSeconds,
    leak: leak === null ? null : { ...leak, sinceSeconds: leak.sinceSeconds + aheadSeconds },
  };
}

function seriesOnClock(series: Series, aheadSeconds: number): Series {
  return series.map((point) => ({ ...point, atSeconds: point.atSeconds + aheadSeconds }));
}

function mapped<Value>(
  map: ReadonlyMap<string, Value>,
  change: (value: Value) => Value,
): ReadonlyMap<string, Value> {
  return new Map([...map].map(([key, value]): [string, Value] => [key, change(value)]));
}
