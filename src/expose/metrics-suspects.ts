import { severities } from "../classify/episode.ts";
import { expectationSources, markerResults } from "../classify/expectation.ts";
import { harmLevels } from "../classify/harm.ts";
import { leakKinds, type LeakKind } from "../classify/kind.ts";
import { countedBy, suspectBackends } from "./aggregate.ts";
import { commentLabelsOf } from "./comment-labels.ts";
import { one, snapshotGauge, summed, type Family } from "./family.ts";
import { everybodyElse, other, shownAs } from "./label-budget.ts";
import { whoOf } from "./who.ts";

/** Who is suspected, and what that costs others. */
export const suspectMetrics: readonly Family[] = [
  snapshotGauge(
    "pgleash_suspects",
    "What the last look named a suspect or leaked: sessions, prepared transactions and pools, each under one kind.",
    ["kind", "severity"],
    ({ suspects }) => {
      const count = countedBy(suspects, ({ kind, severity }) => [kind, severity]);
      return leakKinds.flatMap((kind) =>
        severities.map((severity) => ({ labels: { kind, severity }, value: count(kind, severity) })),
      );
    },
  ),
  snapshotGauge(
    "pgleash_suspect_connections",
    "Suspected sessions by who holds them, where there are any; prepared transactions have none, and sessions that only rest in an overgrown pool are not suspects each. Label sets beyond the budget are summed under …other.",
    ["datname", "usename", "application_name", "kind", "severity"],
    (report, { suspectLabels }) =>
      summed(
        suspectBackends(report).map(({ backend, kind, severity }) => {
          const who = shownAs(suspectLabels, whoOf(backend), everybodyElse);
          const { datname, usename, application_name } = who;
          return { labels: { datname, usename, application_name, kind, severity }, value: 1 };
        }),
      ),
  ),
  snapshotGauge(
    "pgleash_comment_suspects",
    "Suspects by what the last of their statements with a comment says of itself (sqlcommenter, marginalia; pg_stat_activity.query), for the keys that the configuration names and where there are any. Values beyond the budget are summed under …other.",
    ["key", "value", "kind"],
    ({ suspects }, { commentLabels, commentKeys }) =>
      summed(
        commentLabelsOf(suspects, commentKeys).map(({ labels, kind }) => {
          const { key, value } = shownAs(commentLabels, labels, { key: labels.key, value: other });
          return { labels: { key, value, kind }, value: 1 };
        }),
      ),
  ),
  snapshotGauge(
    "pgleash_expected_sessions",
    "Sessions that the last look would have named, were they not expected to take so long: by the configuration, or because they said so in application_name or in a comment (pg_stat_activity.query). One that others wait for is a suspect, and not counted here.",
    ["source"],
    ({ expected: { sessions } }) =>
      expectationSources.map((source) => ({
        labels: { source },
        value: sessions.filter(({ expectation }) => expectation.source === source).length,
      })),
  ),
  snapshotGauge(
    "pgleash_expect_markers",
    "Sessions read one by one that say themselves how long they take, by what it is worth: held as it is said, capped to less, over, or none, because it is malformed, repeated, or not allowed. 0 where the configuration allows nobody any.",
    ["result"],
    ({ expected: { markers } }) =>
      markerResults.map((result) => ({ labels: { result }, value: markers[result] })),
  ),
  snapshotGauge(
    "pgleash_oldest_suspect_age_seconds",
    "How long the oldest suspect of a kind has looked like that leak, by the server's clock; 0 without one.",
    ["kind"],
    ({ suspects }) => {
      const oldest = new Map<LeakKind, number>();
      for (const { kind, ageSeconds } of suspects)
        oldest.set(kind, Math.max(oldest.get(kind) ?? 0, ageSeconds));
      return leakKinds.map((kind) => ({ labels: { kind }, value: oldest.get(kind) ?? 0 }));
    },
  ),
  snapshotGauge(
    "pgleash_harm_suspects",
    "Suspects by the worst that they cost others: a slot, schema changes (ddl), vacuum (backend_xid and backend_xmin of pg_stat_activity, pg_prepared_xacts.transaction), sessions that wait for them (blocking, pg_blocking_pids).",
    ["harm", "severity"],
    ({ suspects }) => {
      const count = countedBy(suspects, ({ harm, severity }) => [harm.level, severity]);
      return harmLevels.flatMap((harm) =>
        severities.map((severity) => ({ labels: { harm, severity }, value: count(harm, severity) })),
      );
    },
  ),
  snapshotGauge(
    "pgleash_blocked_sessions",
    "Sessions that wait for a suspected session or prepared transaction, directly or behind others (pg_blocking_pids). Whoever waits for two of them counts twice.",
    [],
    ({ suspects }) =>
      // The harm of a pool is that of its sessions, which are counted here already.
      one(suspects.reduce((sum, suspect) => sum + ("pool" in suspect ? 0 : suspect.harm.blockedSessions), 0)),
  ),
];
