import { sessionsIn } from "./aggregate.ts";
import { gauge, one, snapshotGauge, type Family } from "./family.ts";

/** The server, what pgleash may see of it, and its slots. */
export const serverMetrics: readonly Family[] = [
  gauge(
    "pgleash_server_info",
    "What the server says of itself (server_version, pg_is_in_recovery); pooler: whether one sits in between. Always 1.",
    ["version", "role", "pooler"],
    ({ probe, report }) => {
      if (probe === null) return [];
      // A promotion keeps connections, so the last look knows better than the probe.
      const role = (report?.snapshot.standby ?? probe.standby) ? "standby" : "primary";
      return [{ labels: { version: probe.versionText, role, pooler: String(probe.pooled) }, value: 1 }];
    },
  ),
  gauge(
    "pgleash_privilege",
    "Whether the role of pgleash has the privileges of pg_read_all_stats, of pg_signal_backend, of a superuser (which it should not be).",
    ["privilege"],
    ({ probe }) =>
      Object.entries(probe?.privileges ?? {}).map(([privilege, held]) => ({
        labels: { privilege },
        value: Number(held),
      })),
  ),
  snapshotGauge(
    "pgleash_hidden_sessions",
    "Sessions whose details the server hides from the role of pgleash (pg_stat_activity.backend_start is null). While there are any, leaks go unseen: grant pg_monitor.",
    [],
    ({ snapshot }) => one(snapshot.coverage.hiddenSessions),
  ),
  snapshotGauge(
    "pgleash_candidates_cut",
    "Sessions that might be suspects but were not read, because a look is bounded.",
    [],
    ({ snapshot }) => one(snapshot.coverage.candidatesCut),
  ),
  snapshotGauge(
    "pgleash_slots",
    "Connection slots of the server, by setting: max_connections, reserved_connections, superuser_reserved_connections.",
    ["setting"],
    (_report, { probe }) =>
      Object.entries(probe?.slots ?? {}).map(([setting, slots]) => ({ labels: { setting }, value: slots })),
  ),
  snapshotGauge(
    "pgleash_slots_used",
    "Connection slots in use: client backends, the one of pgleash included (pg_stat_activity.backend_type).",
    [],
    ({ snapshot }) => one(1 + sessionsIn(snapshot.groups)),
  ),
];
