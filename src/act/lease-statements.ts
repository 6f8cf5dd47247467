/** The two halves of the advisory lock that is the lease, in every version of pgleash: "pgle" and "ash" in ASCII. */
export const leaseKey = { classid: 0x70676c65, objid: 0x61736800 } as const;

/** So many polls after it was last heard of, a holder loses the lease. */
const POLLS = 3;

/** The most that the settings take: Linux counts keepalive seconds in 15 bits, PostgreSQL milliseconds in 31. */
const LONGEST_KEEPALIVE_SECONDS = 32_767;
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** $1 and $2 are the key, $3 the database of the lease. `is_held` is NULL in another database. */
export const takeStatement = `
SELECT current_database()::text AS datname,
       CASE WHEN current_database() = $3::text THEN pg_try_advisory_lock($1::int, $2::int) END AS is_held`;

/** Who else holds the key, and in which database: a lock in one is unknown in all others. */
export const holdersStatement = `
SELECT l.pid, d.datname::text AS datname, r.rolname::text AS usename, host(a.client_addr) AS client_addr,
       l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AS is_here
FROM pg_locks l
LEFT JOIN pg_database d ON d.oid = l.database
LEFT JOIN LATERAL pg_stat_get_activity(l.pid) AS a ON true
LEFT JOIN pg_roles r ON r.oid = a.usesysid
WHERE l.locktype = 'advisory' AND l.classid = $1::int::oid AND l.objid = $2::int::oid AND l.objsubid = 2
  AND l.granted AND l.pid <> pg_backend_pid()
ORDER BY is_here DESC, l.pid
LIMIT 1`;

/** $1: settings of the session, as JSON. */
export const bindStatement = `
SELECT set_config(name, value, false) FROM json_each_text($1::text::json) AS w(name, value)`;

/** However often this session took it: nothing else in it takes such locks. $1 as in `bindStatement`. */
export const releaseStatement = `
SELECT pg_advisory_unlock_all(),
       (SELECT count(set_config(name, value, false)) FROM json_each_text($1::text::json) AS w(name, value))`;

/**
 * Settings of the session that holds the lease. They end it when its network is cut off (keepalives), and from 14 on when
 * its process is frozen: else the server would keep its lock for hours. On 13 a frozen process keeps the lease.
 */
export function holderSettings(version: number, pollSeconds: number): Readonly<Record<string, string>> {
  const keepaliveSeconds = String(Math.min(Math.ceil(pollSeconds), LONGEST_KEEPALIVE_SECONDS));
  const timeout = `${Math.min(Math.round(POLLS * pollSeconds * 1000), LONGEST_TIMEOUT_MS)}ms`;
  return {
    tcp_keepalives_idle: keepaliveSeconds,
    tcp_keepalives_interval: keepaliveSeconds,
    tcp_keepalives_count: String(POLLS - 1),
    tcp_user_timeout: timeout,
    ...(version >= 140000 ? { idle_session_timeout: timeout } : {}),
  };
}

/** Settings of a session that holds it no more: it may rest as long as it likes. */
export function followerSettings(version: number): Readonly<Record<string, string>> {
  return version >= 140000 ? { idle_session_timeout: "0" } : {};
}
