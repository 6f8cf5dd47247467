import type { PoolUse } from "../classify/pools/pool.ts";
import { suspectPools } from "./aggregate.ts";
import { intervalSamples, snapshotGauge, summed, type Family } from "./family.ts";
import { shownAs } from "./label-budget.ts";
import { everyOtherPool, poolWhoOf } from "./who.ts";

const poolLabelNames = ["datname", "usename", "application_name", "pool"];

/** The declared pools, the pools that leak, and when slots run out. */
export const poolMetrics: readonly Family[] = [
  ofPools(
    "pgleash_pool_size",
    "Sessions that a declared pool keeps: the configured size, times its client hosts where it holds for each.",
    ({ size }) => size,
  ),
  ofPools(
    "pgleash_pool_max_overflow",
    "Sessions that a declared pool may open beyond its size: the configured overflow, times its client hosts where it holds for each.",
    ({ maxOverflow }) => maxOverflow,
  ),
  snapshotGauge(
    "pgleash_pool_connections",
    "Sessions of a declared pool by state: idle, or active, which here is everything else, open transactions included (pg_stat_activity.state).",
    ["pool", "state"],
    ({ pools }) =>
      pools.flatMap(({ name, active, idle }) =>
        Object.entries({ active, idle }).map(([state, value]) => ({ labels: { pool: name, state }, value })),
      ),
  ),
  ofPools(
    "pgleash_pool_overflow",
    "Sessions of a declared pool beyond its size, be they allowed as overflow or not, summed over its client hosts where it holds for each. A busy pool has some; see pgleash_pool_excess.",
    ({ overflow }) => overflow,
  ),
  ofPools(
    "pgleash_pool_excess",
    "Sessions of a declared pool beyond its size and its overflow together, summed over its client hosts where it holds for each. No pool that is as declared has any.",
    ({ excess }) => excess,
  ),
  ofPools(
    "pgleash_pool_saturation_ratio",
    "Sessions of a declared pool over all that it may hold: size and overflow. Above 1 it is not the pool that was declared, or it leaks.",
    ({ active, idle, size, maxOverflow }) => (active + idle) / Math.max(1, size + maxOverflow),
  ),
  ofPools(
    "pgleash_pool_oldest_connection_age_seconds",
    "Age of the oldest session of a declared pool, by the server's clock (pg_stat_activity.backend_start); 0 without one. It tells whether the pool renews its connections.",
    ({ oldestSessionSeconds }) => oldestSessionSeconds ?? 0,
  ),

  snapshotGauge(
    "pgleash_leaked_sessions",
    "Sessions of an overgrown pool that fell quiet since it began to grow (pg_stat_activity.state_change), by who holds them; as last counted while it grew, never more than it has, and 0 for a pool that is only above its declared size. Label sets beyond the budget are summed under …other.",
    poolLabelNames,
    (report, { poolLabels }) =>
      summed(
        suspectPools(report).map(({ pool }) => ({
          labels: shownAs(poolLabels, poolWhoOf(pool), everyOtherPool),
          value: pool.leakedSessions,
        })),
      ),
  ),
  snapshotGauge(
    "pgleash_leak_rate_sessions_per_second",
    "How fast an overgrown pool leaks, with the bounds of the 90 % interval; absent while it does not grow. Label sets beyond the budget are summed under …other, which makes their bounds wider than they need be.",
    [...poolLabelNames, "bound"],
    (report, { poolLabels }) =>
      summed(
        suspectPools(report).flatMap(({ pool }) =>
          pool.growth === null
            ? []
            : intervalSamples(shownAs(poolLabels, poolWhoOf(pool), everyOtherPool), pool.growth.perSecond),
        ),
      ),
  ),
  snapshotGauge(
    "pgleash_slots_exhaustion_seconds",
    "When the last free connection slot goes if sessions leak on as they do, with the bounds of the 90 % interval: of the server, or of a database or role with a limit. Absent without a leak. At most as many as the label budget.",
    ["scope", "name", "bound"],
    ({ exhaustions }, { labelBudget }) =>
      exhaustions
        .slice(0, labelBudget)
        .flatMap(({ scope, name, inSeconds }) => intervalSamples({ scope, name }, inSeconds)),
  ),
  snapshotGauge(
    "pgleash_slots_exhaustion_used_ratio",
    "How full the slots are of which pgleash_slots_exhaustion_seconds tells the end: those in use over those that an ordinary role can take, of the server, or of a database or role with a limit. Absent without a leak. At most as many as the label budget.",
    ["scope", "name"],
    ({ exhaustions }, { labelBudget }) =>
      exhaustions.slice(0, labelBudget).map(({ scope, name, used, limit }) => ({
        labels: { scope, name },
        value: used / Math.max(1, limit),
      })),
  ),
];

function ofPools(name: string, help: string, value: (use: PoolUse) => number): Family {
  return snapshotGauge(name, help, ["pool"], ({ pools }) =>
    pools.map((use) => ({ labels: { pool: use.name }, value: value(use) })),
  );
}
