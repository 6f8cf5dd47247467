import { firstAt } from "./alert.ts";
import { ageOf, type Peer } from "./rule.ts";

const source = "OPMDG/check_pgactivity, check_pgactivity";

/** It has no thresholds of its own: these are the ages from which pgleash calls the same thing leaked. */
const IDLE_SECONDS = 600;
const QUERY_SECONDS = 7200;
const PREPARED_SECONDS = 600;

/** As its documentation suggests: `--exclude 'pg_dump,pg_dumpall'`. */
const excluded: ReadonlySet<string | null> = new Set(["pg_dump", "pg_dumpall"]);

/** The services of check_pgactivity that are about sessions, at the thresholds of pgleash. */
export const checkPgactivity: Peer = {
  name: "check_pgactivity",
  rules: [
    {
      name: "oldest_idlexact",
      published:
        "current_timestamp-state_change … LEFT JOIN pg_stat_activity AS a ON (a.datid = d.oid AND state='idle in transaction') WHERE a.application_name NOT IN ('pg_dump','pg_dumpall'); critical: 10m",
      source,
      names: "the database",
      firesAt: (views) =>
        firstAt(views, (view) =>
          view.rows.some(
            ({ state, stateChange, applicationName }) =>
              state === "idle in transaction" &&
              !excluded.has(applicationName) &&
              Math.floor(ageOf(stateChange, view)) > IDLE_SECONDS,
          ),
        ),
    },
    {
      name: "longest_query",
      published:
        "current_timestamp-state_change … FROM pg_stat_activity WHERE state = 'active'; critical: 2h",
      source,
      names: "the database",
      firesAt: (views) =>
        firstAt(views, (view) =>
          view.rows.some(
            ({ state, stateChange }) =>
              state === "active" && Math.floor(ageOf(stateChange, view)) > QUERY_SECONDS,
          ),
        ),
    },
    {
      name: "oldest_2pc",
      published: "current_timestamp-prepared … pg_prepared_xacts; critical: 10m",
      source,
      names: "the database",
      firesAt: (views) =>
        firstAt(views, (view) =>
          view.prepared.some(({ preparedAt }) => Math.floor(ageOf(preparedAt, view)) > PREPARED_SECONDS),
        ),
    },
  ],
};
