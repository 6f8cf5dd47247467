import { horizonHolders } from "../classify/evidence/horizon.ts";
import { evidenceLists, type Evidence } from "../observe/evidence.ts";
import { oldest } from "./aggregate.ts";
import { one, snapshotCounter, snapshotGauge, type Family, type Sample } from "./family.ts";
import type { Report } from "./report.ts";

/** What is read beside the looks, on a slower rhythm. Without any evidence yet, most of it is absent. */
export const evidenceMetrics: readonly Family[] = [
  snapshotGauge(
    "pgleash_evidence_age_seconds",
    "How old the evidence in use is, by the server's clock: it is read beside the looks, more rarely. Absent before the first.",
    [],
    (report) =>
      ofEvidence(report, ({ takenAtSeconds }) =>
        one(Math.max(0, report.snapshot.takenAtSeconds - takenAtSeconds)),
      ),
  ),
  snapshotGauge(
    "pgleash_oldest_horizon_age_transactions",
    "How many transactions ago the oldest horizon stands that a kind of holder keeps, and that vacuum cannot pass: in any table (pg_stat_activity.backend_xid and backend_xmin, pg_prepared_xacts.transaction, pg_replication_slots.xmin), or in the system catalogs alone (replication_slot_catalog: pg_replication_slots.catalog_xmin); 0 without one.",
    ["holder"],
    ({ horizons }) =>
      horizonHolders.map((holder) => ({
        labels: { holder },
        value: oldest(horizons.filter((horizon) => horizon.holder === holder).map(({ age }) => age)),
      })),
  ),
  snapshotGauge(
    "pgleash_prepared_transactions",
    "Transactions prepared for two-phase commit, suspected or not (pg_prepared_xacts).",
    [],
    (report) =>
      ofEvidence(report, ({ preparedTransactions, cut }) =>
        one(preparedTransactions.length + cut.prepared_transactions),
      ),
  ),
  snapshotGauge(
    "pgleash_prepared_blocked_sessions",
    "Sessions that wait for prepared transactions, suspected or not, directly or behind others (0 in pg_blocking_pids). PostgreSQL does not say for which: pgleash_blocked_sessions has them only where there is exactly one.",
    [],
    (report) => ofEvidence(report, () => one(report.preparedBlockedSessions)),
  ),
  snapshotGauge(
    "pgleash_evidence_cut",
    "What the evidence left out because each of its lists is bounded; of lock_waiters and idle_sessions, those that nobody has asked about yet.",
    ["list"],
    (report) =>
      ofEvidence(report, ({ cut }) => evidenceLists.map((list) => ({ labels: { list }, value: cut[list] }))),
  ),
  snapshotGauge(
    "pgleash_connection_limit",
    "Connection limits of databases and roles, where there are any (pg_database.datconnlimit, pg_roles.rolconnlimit). At most as many as the label budget; the rest is left out.",
    ["scope", "name"],
    (report, { labelBudget }) =>
      ofEvidence(report, ({ connectionLimits }) =>
        connectionLimits
          .slice(0, labelBudget)
          .map(({ scope, name, limit }) => ({ labels: { scope, name }, value: limit })),
      ),
  ),
  snapshotCounter(
    "pgleash_database_sessions_ended_total",
    "Sessions of a database that ended other than by themselves, since its statistics were reset (sessions_killed, sessions_abandoned and sessions_fatal of pg_stat_database, from PostgreSQL 14 on). As many databases as the label budget; the rest is left out. Those killed in all databases, less the outcome terminated of pgleash_actions_total, were ended by somebody else.",
    ["datname", "how"],
    (report, { labelBudget }) =>
      ofEvidence(report, ({ sessionEndings }) =>
        sessionEndings.slice(0, labelBudget).flatMap(({ datname, killed, abandoned, fatal }) =>
          Object.entries({ killed, abandoned, fatal }).map(([how, value]) => ({
            labels: { datname, how },
            value,
          })),
        ),
      ),
  ),
];

function ofEvidence(
  { evidence }: Report,
  samples: (evidence: Evidence) => readonly Sample[],
): readonly Sample[] {
  return evidence === null ? [] : samples(evidence);
}
