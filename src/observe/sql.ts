/** PostgreSQL has no interval above this many seconds to subtract safely; it stands for "never". */
export const LONGEST_AGE_SECONDS = 1e9;

/** Seconds until `c.at`, by the server's clock. The CASE matters: GREATEST ignores nulls and would make an unknown age 0. */
export function secondsSince(timestamp: string): string {
  return `CASE WHEN ${timestamp} IS NOT NULL THEN greatest(extract(epoch FROM c.at - ${timestamp}), 0)::float8 END`;
}

/** A timestamp as text in microseconds, the same whatever TimeZone and DateStyle a pooler left us with. */
export function instant(timestamp: string): string {
  return `to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00')`;
}

/**
 * A timestamp in microseconds since the epoch, exact until 2106, whatever settings a pooler left us with. A tenth of what
 * its text costs.
 */
export function micros(timestamp: string): string {
  return `(date_part('epoch', ${timestamp}) * 1000000)::bigint`;
}

/** The rows of a query as one JSON object of columns: per value a third of what JSON by rows costs. NULLs without rows. */
export function columns(expressions: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(expressions).map(
    ([name, expression]) => `'${name}', array_to_json(array_agg(${expression}))`,
  );
  return `json_build_object(${pairs.join(", ")})`;
}

/**
 * The id that the next transaction will be given, in 64 bits, from the counter that age() counts from. The horizon of a
 * snapshot alone may lie behind it, by the transactions that still run. Assigns none, and so works on a standby.
 */
export const nextXid = `(SELECT x.xmax::text::float8 + age(x.xmax::xid)
        FROM (SELECT pg_snapshot_xmax(pg_current_snapshot()) AS xmax) AS x)`;

/** The names of a database and a role. Looked up by index, row by row: there are few, and a join would be planned for one. */
export function namesOf(databaseOid: string, roleOid: string): string {
  return `(SELECT datname FROM pg_database WHERE oid = ${databaseOid}) AS datname,
         (SELECT rolname FROM pg_roles WHERE oid = ${roleOid}) AS usename`;
}
