// $2, $3, $4: the youngest age at which an idle transaction, an active statement, a transaction is a candidate.
const clock = `
clock AS MATERIALIZED (
  SELECT at,
         at - make_interval(secs => $2::float8) AS idle_before,
         at - make_interval(secs => $3::float8) AS active_before,
         at - make_interval(secs => $4::float8) AS xact_before
  FROM (SELECT clock_timestamp() AS at OFFSET 0) AS now
), followed AS MATERIALIZED (
  SELECT unnest($1::text::int[]) AS pid
)`;

// A row without backend_start is hidden from our role: such a session is counted, or we would report a false calm.
const groups = `
counted AS (
  -- Grouped before it is filtered: for a filter the planner expects one row, and then sorts and loops.
  SELECT datid, usesysid, application_name, state, backend_type, backend_start IS NULL AS hidden, count(*) AS sessions,
         min(xact_start) AS xact_start, min(state_change) AS state_change, min(backend_start) AS backend_start
  FROM activity
  GROUP BY datid, usesysid, application_name, state, backend_type, backend_start IS NULL
), ranked AS (
  SELECT *, row_number() OVER (ORDER BY sessions DESC, datid, usesysid, application_name, state) > $6::int AS folded
  FROM counted
  WHERE backend_type = 'client backend' OR (hidden AND datid IS NOT NULL AND usesysid IS NOT NULL)
), grouped AS (
  SELECT folded, CASE WHEN NOT folded THEN datid END AS datid, CASE WHEN NOT folded THEN usesysid END AS usesysid,
         CASE WHEN NOT folded THEN application_name END AS application_name, state,
         sum(sessions)::int AS sessions, min(xact_start) AS xact_start, min(state_change) AS state_change,
         min(backend_start) AS backend_start
  FROM ranked GROUP BY 1, 2, 3, 4, 5
)`;

// A statement that waits is always a candidate: that it waited on its client at every look proves a stall, and that it
// waited for a lock excuses its age.
const candidates = `
matched AS (
  SELECT a.*, a.pid IN (SELECT pid FROM followed) AS is_followed, count(*) OVER ()::int AS total
  FROM activity a, clock c
  WHERE a.backend_type = 'client backend' AND a.backend_start IS NOT NULL
    AND (a.pid IN (SELECT pid FROM followed)
      OR (a.state IN ('idle in transaction', 'idle in transaction (aborted)') AND a.state_change <= c.idle_before)
      OR (a.state IN ('active', 'fastpath function call')
          AND (a.query_start <= c.active_before OR a.wait_event_type IN ('Client', 'Lock') OR a.wait_event = 'SyncRep'))
      OR (a.state <> 'starting' AND a.xact_start <= c.xact_before))
), candidates AS MATERIALIZED (
  SELECT * FROM matched
  ORDER BY is_followed DESC, least(xact_start, state_change), pid
  LIMIT $5::int
)`;

const groupRows = `
  SELECT g.folded, ${nameOf("g")}, g.application_name, g.state, g.sessions,
         ${age("g.xact_start")} AS xact_seconds, ${age("g.state_change")} AS state_seconds,
         ${age("g.backend_start")} AS session_seconds
  FROM grouped g`;

const candidateRows = `
  SELECT a.pid, ${instant("a.backend_start")} AS backend_start, ${nameOf("a")}, a.application_name,
         host(a.client_addr) AS client_addr, a.state, a.wait_event_type, a.wait_event,
         ${instant("a.xact_start")} AS xact_start, ${instant("a.query_start")} AS query_start,
         ${instant("a.state_change")} AS state_change,
         ${age("a.xact_start")} AS xact_seconds, ${age("a.query_start")} AS query_seconds,
         ${age("a.state_change")} AS state_seconds, a.query_id::text,
         p.command AS progress_command, p.counter AS progress_counter
  FROM candidates a LEFT JOIN progress p ON p.pid = a.pid`;

/**
 * The one statement of a look, 13 to 18: one scan of `pg_stat_get_activity`, which the view would wrap in two joins.
 *
 * Parameters: $1 the followed pids as `{1,2}`; $2 to $4 the candidate ages in seconds; $5 and $6 the limits of
 * candidates and groups. The server copies its session table once per transaction: run it in one of its own, or it
 * reads the past.
 */
export function lookStatement(version: number): string {
  const isAtLeast14 = version >= 140000;
  return `
WITH ${clock}, ${activity(isAtLeast14)}, ${groups}, ${candidates}, ${progress(isAtLeast14)}
SELECT extract(epoch FROM c.at)::float8 AS taken_at_seconds,
       ${instant("pg_postmaster_start_time()")} AS postmaster_start,
       pg_is_in_recovery() AS standby,
       (SELECT COALESCE(sum(sessions) FILTER (WHERE hidden), 0)::int FROM ranked) AS hidden_sessions,
       (SELECT count(*)::int FROM ranked WHERE folded) AS groups_folded,
       COALESCE((SELECT max(total) FROM candidates), 0) AS candidates_matched,
       (SELECT COALESCE(json_agg(g), '[]') FROM (${groupRows}) AS g) AS groups,
       (SELECT COALESCE(json_agg(b), '[]') FROM (${candidateRows}) AS b) AS candidates
FROM clock c`;
}

/** `query_id` exists since 14. */
function activity(hasQueryId: boolean): string {
  return `
activity AS MATERIALIZED (
  SELECT datid, pid, usesysid, application_name, state, wait_event_type, wait_event, xact_start, query_start,
         backend_start, state_change, client_addr, backend_type, ${hasQueryId ? "query_id" : "NULL::bigint AS query_id"}
  FROM pg_stat_get_activity(NULL)
  WHERE pid <> pg_backend_pid()
)`;
}

/** What `pg_stat_progress_*` read, without their joins; of COPY (14+), param1 is `bytes_processed`, param3 `tuples_processed`. */
function progress(hasCopy: boolean): string {
  const commands = [
    "VACUUM",
    "ANALYZE",
    "CLUSTER",
    "CREATE INDEX",
    "BASEBACKUP",
    ...(hasCopy ? ["COPY"] : []),
  ];
  return `
progress AS (
  SELECT p.pid, w.command, concat_ws('/', p.param1, p.param3) AS counter
  FROM unnest('{${commands.map((command) => `"${command}"`).join(",")}}'::text[]) AS w(command),
       pg_stat_get_progress_info(w.command) AS p
  WHERE EXISTS (SELECT FROM candidates WHERE state = 'active')
)`;
}

/** Seconds by the server's clock. The CASE matters: GREATEST ignores nulls and would make an unknown age 0. */
function age(timestamp: string): string {
  return `CASE WHEN ${timestamp} IS NOT NULL THEN greatest(extract(epoch FROM c.at - ${timestamp}), 0)::float8 END`;
}

/** A timestamp as text in microseconds, the same whatever TimeZone and DateStyle a pooler left us with. */
function instant(timestamp: string): string {
  return `to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00')`;
}

/** Looked up by index, row by row: there are few, and a join would be planned for one. */
function nameOf(row: string): string {
  return `(SELECT datname FROM pg_database WHERE oid = ${row}.datid) AS datname,
         (SELECT rolname FROM pg_roles WHERE oid = ${row}.usesysid) AS usename`;
}
