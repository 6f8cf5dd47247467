import { countedSessions, spreadCandidates, type LookShape } from "./look-scan.ts";
import { columns, micros, nextXid } from "./sql.ts";

/** Enough to tell where the sessions of a pool come from. */
const MOST_SAMPLES = 20;

// A row of no known kind and start is hidden from our role. It is a client's if it has a database and a role, and holds what it
// holds.
const isClient =
  "backend_type = 'client backend' OR (backend_type IS NULL AND unseen > 0 AND datid IS NOT NULL AND usesysid IS NOT NULL)";

// Of each pool of these applications, those that fell silent last.
const sampled = `
sampled AS MATERIALIZED (
  SELECT pid FROM spread WHERE is_sample
  ORDER BY row_number() OVER (PARTITION BY datid, usesysid, application_name ORDER BY state_change DESC),
           state_change DESC, pid
  LIMIT ${MOST_SAMPLES}
)`;

/** There may be very many idle sessions: they never take the place of a transaction. */
function picked({ samples }: LookShape): string {
  const from = samples ? "spread WHERE is_candidate OR pid IN (SELECT pid FROM sampled)" : "spread";
  const place = `CASE WHEN pid IN (SELECT unnest($1::text::int[])) THEN 1 WHEN state <> 'idle' THEN 2
                  ${samples ? "WHEN pid IN (SELECT pid FROM sampled) THEN 3" : ""} ELSE 4 END`;
  return `SELECT * FROM ${from} ORDER BY ${place}, least(xact_start, state_change), pid LIMIT $8::int`;
}

// The server keeps a byte less than this, and the last character whole. Up to 15 pg_size_bytes() knows no "4097B".
const trackedBytes = `
           SELECT pg_size_bytes(regexp_replace(current_setting('track_activity_query_size'), '(?<=[0-9])B', ''))`;

/** In bytes, in any encoding of a server. */
const LONGEST_CHARACTER = 4;

const candidateColumns = columns({
  pid: "p.pid",
  datid: "p.datid::bigint",
  usesysid: "p.usesysid::bigint",
  application_name: "p.application_name",
  client_addr: "host(p.peer)",
  state: "p.state",
  wait_event_type: "p.wait_event_type",
  wait_event: "p.wait_event",
  backend_start: micros("p.backend_start"),
  xact_start: micros("p.xact_start"),
  query_start: micros("p.query_start"),
  state_change: micros("p.state_change"),
  query_id: "p.query_id::text",
  xid_age: "age(p.backend_xid)",
  xmin_age: "age(p.backend_xmin)",
  statement: "encode(p.ends, 'base64')",
  statement_is_cut: `COALESCE(p.bytes >= (${trackedBytes}) - ${LONGEST_CHARACTER}, false)`,
  progress:
    "CASE WHEN p.state = 'active' THEN (SELECT at_work.progress FROM at_work WHERE at_work.pid = p.pid LIMIT 1) END",
});

function groupColumns({ groupsByClient }: LookShape): string {
  return columns({
    datid: "datid::bigint",
    usesysid: "usesysid::bigint",
    application_name: "application_name",
    ...(groupsByClient ? { client_addr: "host(client_addr)" } : {}),
    state: "state",
    backend_type: "backend_type",
    sessions: "sessions",
    unseen_sessions: "unseen",
    quiet_sessions: "quiet",
    xact_start: micros("xact_start"),
    state_change: micros("state_change"),
    backend_start: micros("backend_start"),
  });
}

/**
 * The one statement of a look, 13 to 18: one scan of `pg_stat_get_activity`, one row. Tables travel as columns, moments as
 * microseconds since the epoch, databases and roles as oids.
 *
 * Parameters: $1 the followed pids as `{1,2}`; $2 to $7 the candidate ages in seconds, in the order of their type; $8 the
 * limit of candidates; $9 and $10 the pids and the starts of the statements that are known already; with samples, $11
 * their applications, as JSON.
 * The server copies its session table once per transaction: run it in one of its own, or it reads the past.
 */
export function lookStatement(shape: LookShape): string {
  const { version, samples } = shape;
  return `
WITH ${countedSessions(shape)}, spread AS ${samples ? "MATERIALIZED " : ""}(${spreadCandidates(shape)}),${samples ? ` ${sampled},` : ""} ${atWork(version >= 140000)}
SELECT to_json(${micros("statement_timestamp()")}) AS taken_at,
       to_json(${micros("pg_postmaster_start_time()")}) AS postmaster_start,
       pg_is_in_recovery() AS standby,
       ${nextXid} AS next_xid,
       max(greatest(xid_age, xmin_age)) FILTER (WHERE ${isClient}) AS sessions_horizon,
       max(xmin_age) FILTER (WHERE backend_type = 'walsender') AS standbys_horizon,
       ${samples ? "(SELECT count(*) FROM spread WHERE is_candidate OR pid IN (SELECT pid FROM sampled))" : "COALESCE(sum(cardinality(candidates)), 0)"}::int AS candidates_matched,
       ${groupColumns(shape)} AS groups,
       (SELECT ${candidateColumns}
        FROM (${picked(shape)}) AS p) AS candidates
FROM counted`;
}

/** What `pg_stat_progress_*` read, without their joins; of COPY (14+), param1 is `bytes_processed`, param3 `tuples_processed`. */
function atWork(hasCopy: boolean): string {
  const commands = [
    "VACUUM",
    "ANALYZE",
    "CLUSTER",
    "CREATE INDEX",
    "BASEBACKUP",
    ...(hasCopy ? ["COPY"] : []),
  ];
  return `
at_work AS MATERIALIZED (
  SELECT i.pid, concat_ws('/', w.command, i.param1, i.param3) AS progress
  FROM unnest('{${commands.map((command) => `"${command}"`).join(",")}}'::text[]) AS w(command),
       pg_stat_get_progress_info(w.command) AS i
)`;
}
