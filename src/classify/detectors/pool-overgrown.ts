import { commonKeys } from "../attribution/common-keys.ts";
import { severityAt, type Finding } from "../finding.ts";
import { greatest, harmLevels, slotOnly, type Harm } from "../harm.ts";
import type { OvergrownPool } from "../pools/pool.ts";
import type { PoolMembers } from "../pools/pool-members.ts";
import { overgrownSince, type PoolMemories, type PoolMemory } from "../pools/pool-memory.ts";
import type { PoolSighting } from "../pools/pool-sighting.ts";
import { thresholdFor, type ThresholdRules } from "../thresholds.ts";

/**
 * A pool that is above its declared size, or that grew without ever shrinking: the only honest verdict on connections
 * that leak in autocommit mode, of which each one alone looks like any idle session of a pool.
 */
export function findOvergrownPools(
  pools: readonly PoolSighting[],
  memories: PoolMemories,
  members: ReadonlyMap<string, PoolMembers>,
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
    const { harms, commentKeys } = members.get(pool.key) ?? nobody;
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
          hasCurrentKeys: true,
          expectation: null,
          mayDeclare: false,
          redactedStatement: null,
        },
      },
    ];
  });
}

const nobody: PoolMembers = { harms: [], commentKeys: [] };

function about(pool: PoolSighting, memory: PoolMemory): OvergrownPool {
  return {
    key: pool.key,
    holder: pool.holder,
    name: pool.use?.name ?? null,
    sessions: pool.sessions,
    quietSessions: pool.quietSessions,
    excess: pool.use?.excess ?? 0,
    leakedSessions: memory.leak?.leakedSessions ?? 0,
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
