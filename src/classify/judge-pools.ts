import type { Snapshot } from "../observe/snapshot.ts";
import { unattributed, type Attributions } from "./attribution/remember.ts";
import { backendKey } from "./backend-key.ts";
import { findOvergrownPools, overgrownSince, type PoolMembers } from "./detectors/pool-overgrown.ts";
import type { Finding } from "./finding.ts";
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
  readonly remembered: PoolMemories;
};

/** Judges each pool as a whole. What its single sessions cost and say is the pool's harm and origin. */
export function judgePools(
  snapshot: Snapshot,
  { declared, rules, before, backendFindings, attributions }: Judging,
): JudgedPools {
  const nowSeconds = snapshot.takenAtSeconds;
  const pools = poolSightings(snapshot, declared);
  const remembered = rememberPools(pools, before, nowSeconds);

  function membersOf(poolKey: string): PoolMembers {
    const harms = backendFindings.flatMap(({ subject, findings, opens }) =>
      opens && "backend" in subject && poolKeyOf(subject.backend, declared) === poolKey
        ? [findings.harm]
        : [],
    );
    const members = snapshot.candidates.filter((backend) => poolKeyOf(backend, declared) === poolKey);
    const commentKeys = members.map(
      ({ id }) => (attributions.get(backendKey(id)) ?? unattributed).commentKeys,
    );
    return { harms, commentKeys };
  }

  return {
    uses: pools.flatMap(({ use }) => (use === null ? [] : [use])),
    findings: findOvergrownPools(pools, remembered, membersOf, { rules, nowSeconds }),
    overgrown: new Set(
      pools.map(({ key }) => key).filter((key) => overgrownSince(remembered.get(key)) !== null),
    ),
    remembered,
  };
}
