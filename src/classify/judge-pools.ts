import type { Snapshot } from "../observe/snapshot.ts";
import type { CommentKeys } from "./attribution/comment-keys.ts";
import { unattributed, type Attributions } from "./attribution/remember.ts";
import { backendKey } from "./backend-key.ts";
import { findOvergrownPools, overgrownSince, type PoolMembers } from "./detectors/pool-overgrown.ts";
import type { Finding } from "./finding.ts";
import type { Harm } from "./harm.ts";
import { rememberPools, type PoolMemories } from "./pool-memory.ts";
import { poolKeyOf, poolSightings } from "./pool-sighting.ts";
import type { DeclaredPool, PoolUse } from "./pool.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** How the pools of a snapshot are judged. */
type Judging = {
  readonly declared: readonly DeclaredPool[];
  readonly rules: ThresholdRules;
  readonly before: PoolMemories;
  /** What was found out of single sessions. */
  readonly backendFindings: readonly Finding[];
  readonly attributions: Attributions;
};

/** The pools of one look. */
export type JudgedPools = {
  readonly uses: readonly PoolUse[];
  readonly findings: readonly Finding[];
  /** Keys of those that are overgrown, named or not. */
  readonly overgrown: ReadonlySet<string>;
  /** Whether one of them holds sessions that leaked. */
  readonly isLeaking: boolean;
  readonly remembered: PoolMemories;
};

const nobody: PoolMembers = { harms: [], commentKeys: [] };

/** Judges each pool as a whole. What its single sessions cost and say is the pool's harm and origin. */
export function judgePools(
  snapshot: Snapshot,
  { declared, rules, before, backendFindings, attributions }: Judging,
): JudgedPools {
  const nowSeconds = snapshot.takenAtSeconds;
  const pools = poolSightings(snapshot, declared);
  const remembered = rememberPools(pools, before, nowSeconds);

  const overgrown = new Set(
    pools.map(({ key }) => key).filter((key) => overgrownSince(remembered.get(key)) !== null),
  );
  const members = overgrown.size === 0 ? new Map<string, PoolMembers>() : membersByPool();

  /** Each session is put into its pool once, however many of them there are. */
  function membersByPool(): ReadonlyMap<string, PoolMembers> {
    const harms = new Map(
      backendFindings.flatMap(({ subject, subjectKey, findings, opens }) =>
        opens && "backend" in subject ? [[subjectKey, findings.harm] as const] : [],
      ),
    );
    const found = new Map<string, { readonly harms: Harm[]; readonly commentKeys: CommentKeys[] }>();
    for (const backend of snapshot.candidates) {
      const poolKey = poolKeyOf(backend, declared);
      if (!overgrown.has(poolKey)) continue;
      const pool = found.get(poolKey) ?? { harms: [], commentKeys: [] };
      found.set(poolKey, pool);
      const harm = harms.get(backendKey(backend.id));
      if (harm !== undefined) pool.harms.push(harm);
      pool.commentKeys.push((attributions.get(backendKey(backend.id)) ?? unattributed).commentKeys);
    }
    return found;
  }

  return {
    uses: pools.flatMap(({ use }) => (use === null ? [] : [use])),
    findings: findOvergrownPools(pools, remembered, (key) => members.get(key) ?? nobody, {
      rules,
      nowSeconds,
    }),
    overgrown,
    isLeaking: [...remembered.values()].some(({ leak }) => leak !== null),
    remembered,
  };
}
