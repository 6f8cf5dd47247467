import { instant, namesOf, nextXid, secondsSince } from "./sql.ts";

/** How much of a statement is read: where it begins, and the end, where many libraries put their comment. */
const HEAD_BYTES = 4096;
const TAIL_BYTES = 1024;

/** Enough to tell where the sessions of a pool come from. */
const MOST_SAMPLES = 20;

const clock = `
clock AS MATERIALIZED (
  SELECT at,
         at - make_interval(secs => $2::float8) AS idle_before,
         at - make_interval(secs => $3::float8) AS active_before,
         at - make_interval(secs => $4::float8) AS xact_before,
         at - make_interval(secs => $5::float8) AS unused_before,
         at - make_interval(secs => $6::float8) AS rested_before,
         at - make_interval(secs => $7::float8) AS quiet_before
  FROM (SELECT clock_timestamp() AS at OFFSET 0) AS now
), followed AS MATERIALIZED (
  SELECT unnest($1::text::int[]) AS pid
)`;

// A row without backend_start is hidden from our role: such a session is counted, or we would report a false calm.
const groups = `
counted AS (
  -- Grouped before it is filtered: for a filter the planner expects one row, and then sorts and loops.
  SELECT datid, usesysid, application_name, CASE WHEN $11::text::boolean THEN client_addr END AS client_addr, state,
         backend_type, backend_start IS NULL AS hidden, count(*) AS sessions,
         count(*) FILTER (WHERE state_change <= (SELECT quiet_before FROM clock)) AS quiet,
         min(xact_start) AS xact_start, min(state_change) AS state_change, min(backend_start) AS backend_start,
         max(age(backend_xid)) AS xid_age, max(age(backend_xmin)) AS xmin_age
  FROM activity
  GROUP BY 1, 2, 3, 4, 5, 6, 7
), ranked AS (
  SELECT *, row_number() OVER (ORDER BY sessions DESC, datid, usesysid, application_name, state, client_addr)
            > $9::int AS folded
  FROM counted
  WHERE backend_type = 'client backend' OR (hidden AND datid IS NOT NULL AND usesysid IS NOT NULL)
), grouped AS (
  SELECT folded, CASE WHEN NOT folded THEN datid END AS datid, CASE WHEN NOT folded THEN usesysid END AS usesysid,
         CASE WHEN NOT folded THEN application_name END AS application_name,
         CASE WHEN NOT folded THEN client_addr END AS client_addr, state, sum(sessions)::int AS sessions,
         CASE WHEN state IN ('idle', 'idle in transaction', 'idle in transaction (aborted)')
              THEN sum(quiet)::int ELSE 0 END AS quiet_sessions,
         min(xact_start) AS xact_start, min(state_change) AS state_change, min(backend_start) AS backend_start
  FROM ranked GROUP BY 1, 2, 3, 4, 5, 6
)`;

// Of each pool of these applications, those that fell silent last: who still moves is in use. PgBouncer's
// application_name_add_host adds an address to the name.
const sampled = `
applications AS MATERIALIZED (
  SELECT json_array_elements_text($10::text::json) AS name
), sampled AS MATERIALIZED (
  SELECT a.pid
  FROM activity a, clock c
  WHERE $10::text <> '[]' AND a.state = 'idle' AND a.backend_type = 'client backend' AND a.state_change <= c.quiet_before
    AND EXISTS (SELECT FROM applications n
                WHERE a.application_name = n.name OR starts_with(a.application_name, n.name || ' - '))
  ORDER BY row_number() OVER (PARTITION BY a.datid, a.usesysid, a.application_name ORDER BY a.state_change DESC),
           a.state_change DESC, a.pid
  LIMIT ${MOST_SAMPLES}
)`;

// A statement that waits is always a candidate: that it waited on its client at every look proves a stall, and that it
// waited for a lock excuses its age.
const isCandidate = `
    backend_type = 'client backend' AND backend_start IS NOT NULL AND (
      pid IN (SELECT pid FROM followed)
      OR CASE state
        WHEN 'idle' THEN state_change <= (SELECT rested_before FROM clock)
          OR (query_start IS NULL AND state_change <= (SELECT unused_before FROM clock))
        WHEN 'starting' THEN false
        ELSE (state IN ('idle in transaction', 'idle in transaction (aborted)')
            AND state_change <= (SELECT idle_before FROM clock))
          OR (state IN ('active', 'fastpath function call')
            AND (query_start <= (SELECT active_before FROM clock) OR wait_event_type IN ('Client', 'Lock')
              OR wait_event = 'SyncRep'))
          OR xact_start <= (SELECT xact_before FROM clock)
        END)`;

const byUrgency = "a.place, least(a.xact_start, a.state_change), a.pid";

// There may be very many idle sessions: they never take the place of a transaction.
const candidates = `
matched AS (
  SELECT a.*, count(*) OVER ()::int AS total,
         CASE WHEN a.pid IN (SELECT pid FROM followed) THEN 1 WHEN a.state <> 'idle' THEN 2
              WHEN a.pid IN (SELECT pid FROM sampled) THEN 3 ELSE 4 END AS place
  FROM activity a
  WHERE a.is_candidate OR a.pid IN (SELECT pid FROM sampled)
), candidates AS MATERIALIZED (
  SELECT * FROM matched AS a
  ORDER BY ${byUrgency}
  LIMIT $8::int
)`;

const groupRows = `
  SELECT g.folded, ${namesOf("g.datid", "g.usesysid")}, g.application_name, host(g.client_addr) AS client_addr, g.state,
         g.sessions, g.quiet_sessions, ${secondsSince("g.xact_start")} AS xact_seconds,
         ${secondsSince("g.state_change")} AS state_seconds, ${secondsSince("g.backend_start")} AS session_seconds
  FROM grouped g`;

// The server keeps a byte less than this, and the last character whole. Up to 15 pg_size_bytes() knows no "4097B".
const trackedBytes = `
           SELECT pg_size_bytes(regexp_replace(current_setting('track_activity_query_size'), '(?<=[0-9])B', ''))`;

/** In bytes, in any encoding of a server. */
const LONGEST_CHARACTER = 4;

// Of a sampled session it is asked for by pid, and comes from the copy of the session table that is read here anyway.
const statementOf = `
    SELECT CASE WHEN a.is_candidate THEN a.query
                ELSE (SELECT one.query FROM pg_stat_get_activity(a.pid) AS one) END AS query
    OFFSET 0`;

// A statement is bytes of any encoding, cut anywhere, and up to a megabyte: whatever counts characters would refuse it.
// textsend() hands over the bytes as they are, unless a pooler left us with another client_encoding: it would convert.
const candidateRows = `
  SELECT a.pid, ${instant("a.backend_start")} AS backend_start, ${namesOf("a.datid", "a.usesysid")},
         (SELECT rolsuper FROM pg_roles WHERE oid = a.usesysid) AS is_superuser,
         (SELECT rolreplication FROM pg_roles WHERE oid = a.usesysid) AS is_replication, a.application_name,
         host(a.client_addr) AS client_addr, a.state, a.wait_event_type, a.wait_event,
         ${instant("a.xact_start")} AS xact_start, ${instant("a.query_start")} AS query_start,
         ${instant("a.state_change")} AS state_change,
         ${secondsSince("a.xact_start")} AS xact_seconds, ${secondsSince("a.query_start")} AS query_seconds,
         ${secondsSince("a.state_change")} AS state_seconds, a.query_id::text,
         age(a.backend_xid) AS xid_age, age(a.backend_xmin) AS xmin_age,
         CASE WHEN pg_client_encoding() = getdatabaseencoding()
              THEN encode(substr(textsend(s.query), 1, ${HEAD_BYTES}), 'base64') END AS statement_head,
         CASE WHEN pg_client_encoding() = getdatabaseencoding() AND octet_length(s.query) > ${HEAD_BYTES}
              THEN encode(substr(textsend(s.query), octet_length(s.query) - ${TAIL_BYTES - 1}), 'base64') END AS statement_tail,
         COALESCE(octet_length(s.query) >= (${trackedBytes}) - ${LONGEST_CHARACTER}, false) AS statement_is_cut,
         p.command AS progress_command, p.counter AS progress_counter
  FROM candidates a CROSS JOIN LATERAL (${statementOf}) AS s LEFT JOIN progress p ON p.pid = a.pid
  ORDER BY ${byUrgency}`;

/**
 * The one statement of a look, 13 to 18: one scan of `pg_stat_get_activity`, which the view would wrap in two joins.
 *
 * Parameters: $1 the followed pids as `{1,2}`; $2 to $7 the candidate ages in seconds, in the order of their type; $8
 * and $9 the limits of candidates and groups; $10 the applications to sample, as JSON; $11 whether to group by client.
 * The server copies its session table once per transaction: run it in one of its own, or it reads the past.
 */
export function lookStatement(version: number): string {
  const isAtLeast14 = version >= 140000;
  return `
WITH ${clock}, ${activity(isAtLeast14)}, ${groups}, ${sampled}, ${candidates}, ${progress(isAtLeast14)}
SELECT extract(epoch FROM c.at)::float8 AS taken_at_seconds,
       ${instant("pg_postmaster_start_time()")} AS postmaster_start,
       pg_is_in_recovery() AS standby,
       (SELECT COALESCE(sum(sessions) FILTER (WHERE hidden), 0)::int FROM ranked) AS hidden_sessions,
       (SELECT count(*)::int FROM ranked WHERE folded) AS groups_folded,
       ${nextXid} AS next_xid,
       (SELECT max(greatest(xid_age, xmin_age)) FROM ranked) AS sessions_horizon,
       (SELECT max(xmin_age) FROM counted WHERE backend_type = 'walsender') AS standbys_horizon,
       COALESCE((SELECT max(total) FROM candidates), 0) AS candidates_matched,
       (SELECT COALESCE(json_agg(g), '[]') FROM (${groupRows}) AS g) AS groups,
       (SELECT COALESCE(json_agg(b), '[]') FROM (${candidateRows}) AS b) AS candidates
FROM clock c`;
}

/** `query_id` exists since 14. Statements may be long: only those of candidates are copied. */
function activity(hasQueryId: boolean): string {
  return `
activity AS MATERIALIZED (
  SELECT datid, pid, usesysid, application_name, state, wait_event_type, wait_event, xact_start, query_start,
         backend_start, state_change, client_addr, backend_type, backend_xid, backend_xmin, is_candidate,
         CASE WHEN is_candidate THEN query END AS query,
         ${hasQueryId ? "query_id" : "NULL::bigint AS query_id"}
  FROM (
    SELECT *, ${isCandidate} AS is_candidate
    FROM pg_stat_get_activity(NULL)
    WHERE pid <> pg_backend_pid()
    OFFSET 0
  ) AS seen
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
