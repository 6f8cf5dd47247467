import { episodeEnds, severities } from "../classify/episode.ts";
import { leakKinds } from "../classify/kind.ts";
import { failureReasons } from "../postgres/failure.ts";
import { counter, gauge, one, snapshotGauge, summed, type Family } from "./family.ts";
import { byState, folded, foldedGroups, oldest } from "./aggregate.ts";
import { everybodyElse, shownAs } from "./label-budget.ts";
import { whoOf } from "./who.ts";

const who = ["datname", "usename", "application_name"];

/** Every metric of the page but the process' own. Nothing else names a metric; `docs/metrics.md` is made from this. */
export const metrics: readonly Family[] = [
  {
    name: "pgleash_build_info",
    type: "gauge",
    help: "The version of pgleash and of the Node.js that runs it. Always 1.",
    labels: ["version", "nodeversion"],
    samples: ({ version, nodeVersion }) => [{ labels: { version, nodeversion: nodeVersion }, value: 1 }],
  },
  {
    name: "pgleash_config_last_reload_successful",
    type: "gauge",
    help: "Whether the last attempt to load the configuration succeeded. At 0, the last good one is in force.",
    labels: [],
    samples: ({ reload }) => one(Number(reload.successful)),
  },
  {
    name: "pgleash_config_last_reload_success_timestamp_seconds",
    type: "gauge",
    help: "When the configuration in force was loaded.",
    labels: [],
    samples: ({ reload }) => one(reload.lastSuccessSeconds),
  },

  gauge("pgleash_up", "Whether the last look at the server succeeded.", [], ({ report }) =>
    one(Number(report !== null)),
  ),
  gauge(
    "pgleash_last_success_timestamp_seconds",
    "When a look at the server last succeeded, by the clock of pgleash; 0 if never.",
    [],
    ({ lastSuccessSeconds }) => one(lastSuccessSeconds ?? 0),
  ),
  gauge("pgleash_look_interval_seconds", "How often the server is looked at, as configured.", [], (server) =>
    one(server.intervalSeconds),
  ),
  gauge("pgleash_look_duration_seconds", "How long the last look took, connecting included.", [], (server) =>
    server.lastDurationSeconds === null ? [] : one(server.lastDurationSeconds),
  ),
  counter("pgleash_looks_total", "Looks, the failed ones included.", [], ({ looks }) => one(looks.begun)),
  counter("pgleash_look_failures_total", "Looks that failed, by reason.", ["reason"], ({ looks }) =>
    failureReasons.map((reason) => ({ labels: { reason }, value: looks.failures[reason] })),
  ),
  counter(
    "pgleash_connections_opened_total",
    "Connections opened to the server. One is held at a time, so growth says that it, or the way to it, does not hold.",
    [],
    ({ looks }) => one(looks.connections),
  ),

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
    ({ snapshot }) => one(1 + snapshot.groups.reduce((sum, group) => sum + group.sessions, 0)),
  ),

  snapshotGauge(
    "pgleash_sessions",
    "Client backends by state, the one of pgleash left out (pg_stat_activity.state; unknown where it is hidden).",
    ["state"],
    ({ snapshot }) =>
      byState(snapshot.groups, (groups) => groups.reduce((sum, group) => sum + group.sessions, 0)),
  ),
  snapshotGauge(
    "pgleash_connections",
    "Client backends by who holds them and state, where there are any. Label sets beyond the budget are summed under …other.",
    [...who, "state"],
    ({ snapshot }, { sessionLabels }) =>
      summed(
        snapshot.groups.map((group) => ({
          labels: {
            ...(group.folded ? everybodyElse : shownAs(sessionLabels, whoOf(group))),
            state: group.state,
          },
          value: group.sessions,
        })),
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

  snapshotGauge(
    "pgleash_suspects",
    "Sessions that the last look named a suspect or leaked, each under one kind.",
    ["kind", "severity"],
    (report) =>
      leakKinds.flatMap((kind) =>
        severities.map((severity) => ({
          labels: { kind, severity },
          value: report.suspects.filter((suspect) => suspect.kind === kind && suspect.severity === severity)
            .length,
        })),
      ),
  ),
  snapshotGauge(
    "pgleash_suspect_connections",
    "The same suspects by who holds them, where there are any. Label sets beyond the budget are summed under …other.",
    [...who, "kind", "severity"],
    ({ suspects }, { suspectLabels }) =>
      summed(
        suspects.map(({ backend, kind, severity }) => ({
          labels: { ...shownAs(suspectLabels, whoOf(backend)), kind, severity },
          value: 1,
        })),
      ),
  ),
  snapshotGauge(
    "pgleash_oldest_suspect_age_seconds",
    "How long the oldest suspect of a kind has looked like that leak, by the server's clock; 0 without one.",
    ["kind"],
    ({ suspects }) =>
      leakKinds.map((kind) => ({
        labels: { kind },
        value: oldest(
          suspects.filter((suspect) => suspect.kind === kind).map((suspect) => suspect.ageSeconds),
        ),
      })),
  ),
  snapshotGauge(
    "pgleash_folded_label_sets",
    "Label sets summed under …other because they are beyond the budget, by metric.",
    ["metric"],
    (report, { sessionLabels, suspectLabels }) => [
      { labels: { metric: "pgleash_connections" }, value: foldedGroups(report, sessionLabels) },
      {
        labels: { metric: "pgleash_suspect_connections" },
        value: folded(
          report.suspects.map(({ backend }) => backend),
          suspectLabels,
        ),
      },
    ],
  ),

  counter("pgleash_episodes_suspected_total", "Sessions that became suspects.", ["kind"], ({ tally }) =>
    leakKinds.map((kind) => ({ labels: { kind }, value: tally[kind].suspected })),
  ),
  counter(
    "pgleash_episodes_leaked_total",
    "Suspects that grew so old that they are called leaked.",
    ["kind"],
    ({ tally }) => leakKinds.map((kind) => ({ labels: { kind }, value: tally[kind].leaked })),
  ),
  counter(
    "pgleash_episodes_ended_total",
    "Suspects that ended: the session went on (returned), its row is gone (vanished), pgleash ended it (terminated), or nobody knows (lost_sight: restart, failover, a gap in looking).",
    ["kind", "end"],
    ({ tally }) =>
      leakKinds.flatMap((kind) =>
        episodeEnds.map((end) => ({ labels: { kind, end }, value: tally[kind].ended[end] })),
      ),
  ),
  {
    name: "pgleash_episode_duration_seconds",
    type: "histogram",
    help: "How long ended suspects had looked like a leak when last seen. Sampled by looking: what ended below the threshold, or between two looks, is not in it.",
    labels: ["server", "kind"],
    samples: (view) =>
      view.servers.flatMap(({ server, tally }) =>
        leakKinds.map((kind) => ({ labels: { server, kind }, histogram: tally[kind].durations })),
      ),
  },
];
