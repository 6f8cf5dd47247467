import { secondsSince } from "./sql.ts";

/** Each costs as much as dozens of idle sessions. One of them is enough to call for a look, which then reads all. */
const MOST_TRANSACTIONS = 50;

/**
 * When a session fell idle is dear to read, when its last statement began is cheap. A statement that ran for longer than
 * this leaves a pause that only looks find.
 */
const LONGEST_STATEMENT_SECONDS = 60;

/**
 * The one statement of a quick look, 13 to 18. It does not read the session view, which searches the list of processes
 * once for each session: that is done only for the few whose transaction, or statement, came of age since the last look.
 * Whoever was old enough by then was judged by it, and should not hide others behind the limit; pauses stay in for a minute
 * longer, for the sake of what began before them.
 *
 * Parameters: $1 to $3 the ages in seconds, in the order of their type; $4 when the last look was taken, as epoch seconds by
 * the server's clock. The server copies its session table once per transaction: run it in one of its own.
 */
export const quickStatement = `
WITH clock AS MATERIALIZED (
  SELECT at,
         at - make_interval(secs => $1::float8) AS idle_before,
         last - make_interval(secs => $1::float8 + ${LONGEST_STATEMENT_SECONDS}) AS idle_after,
         at - make_interval(secs => $2::float8) AS active_before,
         last - make_interval(secs => $2::float8) AS active_after,
         at - make_interval(secs => $3::float8) AS xact_before,
         last - make_interval(secs => $3::float8) AS xact_after,
         at - make_interval(secs => least($1::float8, $2::float8, $3::float8)) AS before
  FROM (SELECT clock_timestamp() AS at, to_timestamp($4::float8) AS last OFFSET 0) AS now
), open AS (
  SELECT b, xact_start
  FROM (SELECT b, pg_stat_get_backend_xact_start(b) AS xact_start FROM pg_stat_get_backend_idset() AS b OFFSET 0) AS one
  WHERE xact_start <= (SELECT before FROM clock)
), old AS (
  SELECT pg_stat_get_backend_pid(o.b) AS pid
  FROM (SELECT b, xact_start, pg_stat_get_backend_activity_start(b) AS query_start FROM open OFFSET 0) AS o, clock c
  WHERE pg_stat_get_backend_pid(o.b) <> pg_backend_pid()
    AND ((o.xact_start > c.xact_after AND o.xact_start <= c.xact_before)
      OR (o.query_start > c.active_after AND o.query_start <= c.active_before)
      OR (o.query_start > c.idle_after AND o.query_start <= c.idle_before))
  ORDER BY o.query_start DESC
  LIMIT ${MOST_TRANSACTIONS}
)
SELECT extract(epoch FROM c.at)::float8 AS taken_at_seconds,
       (SELECT COALESCE(json_agg(t), '[]')
        FROM (SELECT a.pid, a.state, ${secondsSince("a.xact_start")} AS xact_seconds,
                     ${secondsSince("a.query_start")} AS query_seconds, ${secondsSince("a.state_change")} AS state_seconds
              FROM old AS o CROSS JOIN LATERAL pg_stat_get_activity(o.pid) AS a
              WHERE a.backend_type = 'client backend' AND a.xact_start IS NOT NULL) AS t) AS transactions
FROM clock c`;
