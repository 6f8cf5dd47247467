import type { Snapshot } from "../../observe/snapshot.ts";
import type { Attributions } from "../attribution/remember.ts";
import { candidateAges } from "../candidate-ages.ts";
import { findOvergrownPools } from "../detectors/pool-overgrown.ts";
import type { Finding } from "../finding.ts";
import { membersByPool } from "./pool-members.ts";
import { overgrownSince, rememberPools, type PoolMemories } from "./pool-memory.ts";
import { poolSightings, reassignedPools } from "./pool-sighting.ts";
import type { DeclaredPool, LeakingPool, PoolUse } from "./pool.ts";
import type { ThresholdRules } from "../thresholds.ts";

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
  /** Keys of those before, of which the sessions are now counted elsewhere, if at all. */
  readonly reassigned: ReadonlySet<string>;
  /** Those that hold sessions that leaked. */
  readonly leakingPools: readonly LeakingPool[];
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
  const overgrown = new Set(
    pools.map(({ key }) => key).filter((key) => overgrownSince(remembered.get(key)) !== null),
  );
  const { quietSeconds } = candidateAges(rules, false);
  const members = membersByPool(snapshot.candidates, overgrown, {
    declared,
    backendFindings,
    attributions,
    quietSeconds,
  });
  return {
    uses: pools.flatMap(({ use }) => (use === null ? [] : [use])),
    findings: findOvergrownPools(pools, remembered, members, { rules, nowSeconds }),
    overgrown,
    reassigned: reassignedPools(snapshot, declared, before),
    leakingPools: pools.flatMap(({ key, holder }) => {
      const { leak, growth } = remembered.get(key) ?? { leak: null, growth: null };
      return leak === null ? [] : [{ ...holder, growth }];
    }),
    remembered,
  };
}
