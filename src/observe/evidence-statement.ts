import { instant, namesOf, nextXid } from "./sql.ts";

/** The most that is returned of each list. What is past it is counted: `total` is that of all. */
const MOST_PREPARED = 100;
const MOST_SLOTS = 50;
const MOST_LIMITS = 200;
const MOST_DATABASES = 200;

// Only those asked about: each call has the lock manager for itself for a moment. Whoever waits no longer has no blockers.
const lockWaits = `
  SELECT w.pid, ARRAY(SELECT DISTINCT unnest(pg_blocking_pids(w.pid))) AS blocking_pids
  FROM unnest($1::text::int[]) AS w(pid)`;

// What pg_prepared_xacts reads, without its joins.
const preparedTransactions = `
  SELECT p.gid, ${instant("p.prepared")} AS prepared_at,
         greatest(extract(epoch FROM c.at - p.prepared), 0)::float8 AS prepared_seconds,
         ${namesOf("p.dbid", "p.ownerid")}, age(p.transaction) AS xid_age,
         count(*) OVER ()::int AS total
  FROM pg_prepared_xact() AS p, clock c
  ORDER BY p.prepared, p.gid
  LIMIT ${MOST_PREPARED}`;

// Of either horizon the oldest first. A slot that lost its WAL holds nothing back any more, whatever it still says.
const slotHorizons = `
  SELECT s.slot_name, s.active, age(s.xmin) AS xmin_age, age(s.catalog_xmin) AS catalog_xmin_age,
         count(*) OVER ()::int AS total
  FROM pg_get_replication_slots() AS s
  WHERE (s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL) AND s.wal_status IS DISTINCT FROM 'lost'
  ORDER BY least(rank() OVER (ORDER BY age(s.xmin) DESC NULLS LAST),
                 rank() OVER (ORDER BY age(s.catalog_xmin) DESC NULLS LAST)), s.slot_name
  LIMIT ${MOST_SLOTS}`;

// -1 is no limit, -2 an invalid database. No limit holds for a superuser, and none matters to a role that cannot log in.
const connectionLimits = `
  (SELECT 'database' AS scope, datname AS name, datconnlimit AS connection_limit, count(*) OVER ()::int AS total
   FROM pg_database
   WHERE datconnlimit >= 0 ORDER BY datconnlimit, datname LIMIT ${MOST_LIMITS})
  UNION ALL
  (SELECT 'role', rolname, rolconnlimit, count(*) OVER ()::int FROM pg_roles
   WHERE rolconnlimit >= 0 AND rolcanlogin AND NOT rolsuper ORDER BY rolconnlimit, rolname LIMIT ${MOST_LIMITS})`;

// What pg_stat_database shows since 14.
const sessionEndings = `
  SELECT datname, pg_stat_get_db_sessions_killed(oid) AS killed, pg_stat_get_db_sessions_abandoned(oid) AS abandoned,
         pg_stat_get_db_sessions_fatal(oid) AS fatal, count(*) OVER ()::int AS total
  FROM pg_database
  ORDER BY pg_stat_get_db_sessions(oid) DESC NULLS LAST, datname
  LIMIT ${MOST_DATABASES}`;

// To read pg_locks is to lock each part of the lock table in turn: never without need.
const advisoryLockPids = `
  SELECT DISTINCT pid FROM pg_locks
  WHERE cardinality($2::text::int[]) > 0 AND locktype = 'advisory' AND granted AND pid = ANY ($2::text::int[])`;

/**
 * What is read beside a look, 13 to 18: one statement, one row.
 *
 * Parameters: $1 the pids of sessions that wait for a lock, $2 those of idle sessions, as `{1,2}`.
 */
export function evidenceStatement(version: number): string {
  const isAtLeast14 = version >= 140000;
  return `
WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at)
SELECT extract(epoch FROM c.at)::float8 AS taken_at_seconds,
       ${nextXid} AS next_xid,
       pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AS can_signal,
       ${list(lockWaits)} AS lock_waits,
       ${list(preparedTransactions)} AS prepared_transactions,
       ${list(slotHorizons)} AS slot_horizons,
       ${list(connectionLimits)} AS connection_limits,
       ${isAtLeast14 ? list(sessionEndings) : "'[]'::json"} AS session_endings,
       array_to_json(ARRAY(${advisoryLockPids})) AS advisory_lock_pids
FROM clock c`;
}

function list(query: string): string {
  return `(SELECT COALESCE(json_agg(x), '[]') FROM (${query}) AS x)`;
}
