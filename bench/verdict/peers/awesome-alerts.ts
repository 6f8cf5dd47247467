import { alertFiresAt, scalar } from "./alert.ts";
import { activitySeries, averageByDatabase, sessionCount } from "./postgres-exporter-series.ts";
import { MAX_CONNECTIONS, SUPERUSER_RESERVED_CONNECTIONS, type Peer } from "./rule.ts";

const source = "samber/awesome-prometheus-alerts, _data/rules.yml";

/** The alerts about sessions of awesome-prometheus-alerts, over the metrics of postgres_exporter. */
export const awesomeAlerts: Peer = {
  name: "awesome-prometheus-alerts",
  rules: [
    {
      name: "Postgresql too many connections",
      published:
        "sum by (instance, job, server) (pg_stat_activity_count) > min by (instance, job, server) ((pg_settings_max_connections - pg_settings_superuser_reserved_connections) * 0.8), for 2m",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          vectorOf: (view) => scalar(sessionCount(view)),
          holds: (count) => count > (MAX_CONNECTIONS - SUPERUSER_RESERVED_CONNECTIONS) * 0.8,
          forSeconds: 120,
        }),
    },
    {
      name: "Postgresql slow queries",
      published:
        'avg by (datname) (pg_stat_activity_max_tx_duration{datname!~"template.*|postgres"}) > 2 * 60, for 2m',
      source,
      names: "the database",
      firesAt: (views) =>
        alertFiresAt(views, {
          vectorOf: (view) =>
            averageByDatabase(
              [...activitySeries(view).values()].map(({ datname, maxTxDuration }) => [
                datname,
                maxTxDuration,
              ]),
            ),
          holds: (seconds) => seconds > 2 * 60,
          forSeconds: 120,
        }),
    },
  ],
};
