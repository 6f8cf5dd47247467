import { groupedBy } from "./grouped.ts";
import type { Vector } from "./alert.ts";
import { ageOf, greatestOf, type View } from "./rule.ts";

/** The states that it asks for: for each that a database does not have it exports a zero. */
const states = [
  "active",
  "idle",
  "idle in transaction",
  "idle in transaction (aborted)",
  "fastpath function call",
  "disabled",
];

/** A series of postgres_exporter, by all of its labels. */
type ActivitySeries = { readonly datname: string; readonly count: number; readonly maxTxDuration: number };

/**
 * `pg_stat_activity_count` and `pg_stat_activity_max_tx_duration` of prometheus-community/postgres_exporter
 * (collector/pg_stat_activity.go): one for each set of seven labels, and zeros for states that nobody is in.
 */
export function activitySeries(view: View): ReadonlyMap<string, ActivitySeries> {
  const series = new Map<string, ActivitySeries>();
  const databases = [...new Set(view.rows.flatMap(({ datname }) => datname ?? []))];
  for (const datname of databases) {
    for (const state of states) {
      const found = view.rows.filter((row) => row.datname === datname && row.state === state);
      if (found.length === 0) series.set(`${datname}/${state}`, { datname, count: 0, maxTxDuration: 0 });
      for (const [labels, rows] of groupedBy(found, labelsOf))
        series.set(labels, {
          datname,
          count: rows.length,
          maxTxDuration: greatestOf(rows.map(({ xactStart }) => ageOf(xactStart, view))),
        });
    }
  }
  return series;
}

function labelsOf(row: View["rows"][number]): string {
  const { datname, state, usename, applicationName, backendType, waitEventType, waitEvent } = row;
  return JSON.stringify([datname, state, usename, applicationName, backendType, waitEventType, waitEvent]);
}

/** `sum(pg_stat_activity_count)`. */
export function sessionCount(view: View): number {
  return [...activitySeries(view).values()].reduce((sum, { count }) => sum + count, 0);
}

/** `avg by (datname)` of some value of each series. */
export function averageByDatabase(values: readonly (readonly [datname: string, value: number])[]): Vector {
  const databases = groupedBy(values, ([datname]) => datname);
  return new Map(
    [...databases].map(([datname, found]) => [
      datname,
      found.reduce((sum, [, value]) => sum + value, 0) / found.length,
    ]),
  );
}
