import type { DeclaredPoolAdvice, PoolAdvice } from "../advise/pool-advice.ts";

/** Counts of sessions at once, and the size that would do; null where too little was seen. */
export type PoolUseJson = {
  readonly busy_median: number;
  readonly busy_p99: number;
  readonly busy_most: number;
  readonly held_most: number;
  readonly size: number | null;
};

export type DeclaredPoolJson = PoolUseJson & {
  readonly pool: string;
  readonly per: "client" | "all";
  /** At which it held a session. */
  readonly looks: number;
  /** As the configuration says it: the three parts are null where it gives a size. */
  readonly declared: {
    readonly size: number;
    readonly workers: number | null;
    readonly connections_per_worker: number | null;
    readonly buffer: number | null;
    readonly max_overflow: number;
  };
  /** Why there is no size. */
  readonly refused: string | null;
};

export function poolUseJson({ medianBusy, p99Busy, mostBusy, mostHeld, size }: PoolAdvice): PoolUseJson {
  return {
    busy_median: medianBusy,
    busy_p99: p99Busy,
    busy_most: mostBusy,
    held_most: mostHeld,
    size: size.type === "advised" ? size.sessions : null,
  };
}

/** What is declared beside what was seen. */
export function declaredPoolJson({ pool, looks, seen }: DeclaredPoolAdvice): DeclaredPoolJson {
  const { name, per, size, maxOverflow, formula } = pool;
  return {
    pool: name,
    per,
    declared: {
      size,
      workers: formula?.workers ?? null,
      connections_per_worker: formula?.connectionsPerWorker ?? null,
      buffer: formula?.buffer ?? null,
      max_overflow: maxOverflow,
    },
    looks,
    ...poolUseJson(seen),
    refused: seen.size.type === "refused" ? seen.size.why : null,
  };
}
