import { commonKeys } from "../attribution/common-keys.ts";
import type { CommentKeys } from "../attribution/comment-keys.ts";
import { severityAt, type Finding } from "../finding.ts";
import { greatest, harmLevels, slotOnly, type Harm } from "../harm.ts";
import type { OvergrownPool } from "../pool.ts";
import type { PoolMemories, PoolMemory } from "../pool-memory.ts";
import type { PoolSighting } from "../pool-sighting.ts";
import { thresholdFor, type ThresholdRules } from "../thresholds.ts";

/** What is known of the single sessions of a pool. */
export type PoolMembers = {
  readonly harms: readonly Harm[];
  readonly commentKeys: readonly CommentKeys[];
};

/**
 * A pool that is above its declared size, or that grew without ever shrinking: the only honest verdict on connections
 * that leak in autocommit mode, of which each one alone looks like any idle session of a pool.
 */
export function findOvergrownPools(
  pools: readonly PoolSighting[],
  memories: PoolMemories,
  membersOf: (poolKey: string) => PoolMembers,
  { rules, nowSeconds }: { readonly rules: ThresholdRules; readonly nowSeconds: number },
): readonly Finding[] {
  return pools.flatMap((pool): readonly Finding[] => {
    const memory = memories.get(pool.key);
    const sinceSeconds = overgrownSince(memory);
    if (memory === undefined || sinceSeconds === null) return [];
    const ageSeconds = nowSeconds - sinceSeconds;
    const seen = { ...pool.holder, clientAddr: null, state: "unknown", queryId: null } as const;
    const severity = severityAt(ageSeconds, thresholdFor(rules, seen, "pool_overgrown"));
    if (severity === null) return [];
    const { harms, commentKeys } = membersOf(pool.key);
    return [
      {
        subject: { kind: "pool_overgrown", pool: about(pool, memory) },
        subjectKey: pool.key,
        period: "",
        opens: true,
        findings: {
          severity,
          ageSeconds,
          harm: harms.reduce(worse, slotOnly),
          commentKeys: commonKeys(commentKeys),
          redactedStatement: null,
        },
      },
    ];
  });
}

/** Since when (epoch seconds) the pool has been overgrown; `null` when it is not. */
export function overgrownSince(memory: PoolMemory | undefined): number | null {
  const since = [memory?.excessSinceSeconds, memory?.leak?.sinceSeconds].filter((at) => at != null);
  return since.length === 0 ? null : Math.min(...since);
}

function about(pool: PoolSighting, memory: PoolMemory): OvergrownPool {
  return {
    key: pool.key,
    holder: pool.holder,
    name: pool.use?.name ?? null,
    sessions: pool.sessions,
    quietSessions: pool.quietSessions,
    excess: pool.use?.excess ?? 0,
    leakedSessions: memory.leak?.leaks ?? 0,
    leakingSinceSeconds: memory.leak?.sinceSeconds ?? null,
    growth: memory.growth,
    applicationNames: pool.applicationNames,
  };
}

/** Of two harms the greater one, with everybody that either of them blocks. */
function worse(a: Harm, b: Harm): Harm {
  const [more, less] = harmLevels.indexOf(b.level) > harmLevels.indexOf(a.level) ? [b, a] : [a, b];
  return {
    level: more.level,
    blockedSessions: more.blockedSessions + less.blockedSessions,
    horizonAge: greatest(a.horizonAge, b.horizonAge),
    workAtRiskSeconds: null,
  };
}
