import { byState, oldest, sessionsIn } from "./aggregate.ts";
import { one, snapshotGauge, summed, type Family } from "./family.ts";
import { everybodyElse, shownAs } from "./label-budget.ts";
import { whoOf } from "./who.ts";

/** All sessions, suspected or not. */
export const sessionMetrics: readonly Family[] = [
  snapshotGauge(
    "pgleash_sessions",
    "Client backends by state, the one of pgleash left out (pg_stat_activity.state; unknown where it is hidden).",
    ["state"],
    ({ snapshot }) => byState(snapshot.groups, sessionsIn),
  ),
  snapshotGauge(
    "pgleash_connections",
    "Client backends by who holds them and state, where there are any. Label sets beyond the budget are summed under …other.",
    ["datname", "usename", "application_name", "state"],
    ({ snapshot }, { sessionLabels }) =>
      summed(
        snapshot.groups.map((group) => {
          const who = group.folded ? everybodyElse : shownAs(sessionLabels, whoOf(group), everybodyElse);
          const { datname, usename, application_name } = who;
          return {
            labels: { datname, usename, application_name, state: group.state },
            value: group.sessions,
          };
        }),
      ),
  ),
  snapshotGauge(
    "pgleash_oldest_transaction_age_seconds",
    "Age of the oldest transaction of the client backends in a state, by the server's clock (pg_stat_activity.xact_start).",
    ["state"],
    ({ snapshot }) =>
      byState(snapshot.groups, (groups) => oldest(groups.map((group) => group.oldestXactSeconds))),
  ),
  snapshotGauge(
    "pgleash_oldest_state_age_seconds",
    "How long any client backend has been in a state, by the server's clock (pg_stat_activity.state_change).",
    ["state"],
    ({ snapshot }) =>
      byState(snapshot.groups, (groups) => oldest(groups.map((group) => group.oldestStateSeconds))),
  ),
  snapshotGauge(
    "pgleash_oldest_connection_age_seconds",
    "Age of the oldest client backend, by the server's clock (pg_stat_activity.backend_start).",
    [],
    ({ snapshot }) => one(oldest(snapshot.groups.map((group) => group.oldestSessionSeconds))),
  ),
];
