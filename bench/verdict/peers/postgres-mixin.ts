import { alertFiresAt, scalar } from "./alert.ts";
import { groupedBy } from "./grouped.ts";
import { activitySeries, averageByDatabase, sessionCount } from "./postgres-exporter-series.ts";
import { MAX_CONNECTIONS, SUPERUSER_RESERVED_CONNECTIONS, type Peer, type View } from "./rule.ts";

const source = "prometheus-community/postgres_exporter, postgres_mixin/alerts/postgres.libsonnet";
const usable = MAX_CONNECTIONS - SUPERUSER_RESERVED_CONNECTIONS;
const RANGE_SECONDS = 120;

/** The alerts about sessions that come with postgres_exporter. */
export const postgresMixin: Peer = {
  name: "postgres_exporter mixin",
  rules: [
    {
      name: "PostgreSQLMaxConnectionsReached",
      published:
        "sum by (instance) (pg_stat_activity_count{}) >= sum by (instance) (pg_settings_max_connections{}) - sum by (instance) (pg_settings_superuser_reserved_connections{}), for 1m",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          vectorOf: (view) => scalar(sessionCount(view)),
          holds: (count) => count >= usable,
          forSeconds: 60,
        }),
    },
    {
      name: "PostgreSQLHighConnections",
      published:
        "sum by (instance) (pg_stat_activity_count{}) > (sum by (instance) (pg_settings_max_connections{}) - sum by (instance) (pg_settings_superuser_reserved_connections{})) * 0.8, for 10m",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          vectorOf: (view) => scalar(sessionCount(view)),
          holds: (count) => count > usable * 0.8,
          forSeconds: 600,
        }),
    },
    {
      name: "PostgreSQLSlowQueries",
      published:
        'avg by (datname) (rate(pg_stat_activity_max_tx_duration{datname!~"template.*"}[2m])) > 2 * 60, for 2m',
      source,
      names: "the database",
      firesAt: (views) => {
        const durations = views.map((view) =>
          [...activitySeries(view)].map(([labels, { datname, maxTxDuration }]) => ({
            labels,
            datname,
            maxTxDuration,
          })),
        );
        return alertFiresAt(views, {
          vectorOf: (_, index) => {
            const rates = ratesAt(views, durations, index);
            return averageByDatabase(rates);
          },
          holds: (value) => value > 2 * 60,
          forSeconds: 120,
        });
      },
    },
  ],
};

type Duration = { readonly labels: string; readonly datname: string; readonly maxTxDuration: number };

/** `rate(...[2m])` of each series: what it gained a second, where a fall counts as a start from 0, as Prometheus counts it. */
function ratesAt(
  views: readonly View[],
  durations: readonly (readonly Duration[])[],
  index: number,
): readonly (readonly [datname: string, value: number])[] {
  const from = (views[index]?.atSeconds ?? 0) - RANGE_SECONDS;
  const first = views.findIndex(({ atSeconds }) => atSeconds >= from);
  const points = groupedBy(durations.slice(first, index + 1).flat(), ({ labels }) => labels);
  return [...points.values()].flatMap((series) => {
    const datname = series[0]?.datname;
    if (datname === undefined || series.length < 2) return [];
    const gained = series.slice(1).reduce((sum, { maxTxDuration: value }, position) => {
      const before = series[position]?.maxTxDuration ?? 0;
      return sum + (value >= before ? value - before : value);
    }, 0);
    return [[datname, gained / RANGE_SECONDS] as const];
  });
}
