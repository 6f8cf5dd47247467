/** The most rows of `ALTER ROLE` and `ALTER DATABASE` that are returned. */
const MOST_SETTINGS = 2000;

/**
 * What holds for sessions that begin, 13 to 18: one statement, one row. `pg_db_role_setting` is of the whole cluster, and anybody
 * may read it. `reset_val` is what a session starts with, whatever it was SET to since.
 *
 * Parameter: $1 the names of the settings, as JSON.
 */
export const timeoutsStatement = `
WITH names AS MATERIALIZED (SELECT n.name FROM json_array_elements_text($1::text::json) AS n(name)),
given AS MATERIALIZED (
  SELECT r.rolname AS role, d.datname AS database, split_part(c.entry, '=', 1) AS name,
         substr(c.entry, strpos(c.entry, '=') + 1) AS value
  FROM pg_db_role_setting AS s
  CROSS JOIN LATERAL unnest(s.setconfig) AS c(entry)
  LEFT JOIN pg_roles AS r ON r.oid = s.setrole
  LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
  WHERE split_part(c.entry, '=', 1) IN (SELECT name FROM names)
    AND (s.setrole = 0 OR r.oid IS NOT NULL) AND (s.setdatabase = 0 OR d.oid IS NOT NULL)
)
SELECT current_setting('server_version_num')::int4 AS version,
       session_user AS own_role, current_database() AS own_database,
       (SELECT COALESCE(json_agg(json_build_object('name', s.name, 'own_value', s.reset_val, 'unit', s.unit)), '[]')
        FROM pg_settings AS s WHERE s.name IN (SELECT name FROM names)) AS server,
       (SELECT COALESCE(json_agg(g), '[]')
        FROM (SELECT * FROM given ORDER BY role, database, name LIMIT ${MOST_SETTINGS}) AS g) AS settings,
       (SELECT greatest(count(*) - ${MOST_SETTINGS}, 0) FROM given)::int4 AS cut`;
