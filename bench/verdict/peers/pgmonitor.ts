import { alertFiresAt, scalar } from "./alert.ts";
import { ageOf, greatestOf, MAX_CONNECTIONS, type Peer } from "./rule.ts";

const source =
  "CrunchyData/pgmonitor, prometheus/common/alert-rules.d/crunchy-alert-rules-pg.yml.example, over CrunchyData/pgmonitor-extension, sql/views/views.sql (ccp_connection_stats)";

/** The alerts about sessions of pgmonitor, each at its lower threshold. */
export const pgmonitor: Peer = {
  name: "pgmonitor",
  rules: [
    {
      name: "PGIdleTxn",
      published: "ccp_connection_stats_max_idle_in_txn_time > 300, for 60s",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          // MAX(clock_timestamp() - state_change) WHERE state = 'idle in transaction': aborted ones have another state.
          vectorOf: (view) => {
            const idle = view.rows.filter(({ state }) => state === "idle in transaction");
            return scalar(greatestOf(idle.map(({ stateChange }) => ageOf(stateChange, view))));
          },
          holds: (seconds) => seconds > 300,
          forSeconds: 60,
        }),
    },
    {
      name: "PGQueryTime",
      published: "ccp_connection_stats_max_query_time > 43200, for 60s",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          // MAX(clock_timestamp() - query_start) WHERE backend_type = 'client backend' AND state <> 'idle'.
          vectorOf: (view) => {
            const found = view.rows.filter(
              ({ backendType, state }) =>
                backendType === "client backend" && state !== null && state !== "idle",
            );
            return scalar(greatestOf(found.map(({ queryStart }) => ageOf(queryStart, view))));
          },
          holds: (seconds) => seconds > 43_200,
          forSeconds: 60,
        }),
    },
    {
      name: "PGConnPerc",
      published: "100 * (ccp_connection_stats_total / ccp_connection_stats_max_connections) > 75, for 60s",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          vectorOf: ({ rows }) => scalar((100 * rows.length) / MAX_CONNECTIONS),
          holds: (share) => share > 75,
          forSeconds: 60,
        }),
    },
  ],
};
