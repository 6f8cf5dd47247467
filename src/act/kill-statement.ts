import type { BackendKind } from "../classify/kind.ts";
import type { Act } from "../decide/plan.ts";
import type { SessionEpisode } from "../decide/target.ts";
import { ownApplicationName } from "../postgres/session.ts";
import {
  applicationOf,
  namesOf,
  periodOf,
  sameApplication,
  sameBackend,
  sameNames,
  samePeriod,
  stillSo,
} from "./still-so.ts";

/** The only two signals that are ever sent. */
export const signals = ["pg_cancel_backend", "pg_terminate_backend"] as const;

export type Signal = (typeof signals)[number];

// Nobody may end these, whatever is decided: NULL, unknown and hidden never pass.
const isSomebodys = `a.backend_type = 'client backend' AND a.leader_pid IS NULL AND a.pid <> pg_backend_pid()
    AND a.application_name IS DISTINCT FROM '${ownApplicationName}'
    AND EXISTS (SELECT FROM pg_database d WHERE d.oid = a.datid)
    AND EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid
                AND NOT r.rolsuper AND NOT r.rolreplication AND r.rolname <> current_user)`;

/** What is to be ended: a leak of this kind, and whether only while the session runs the statement that was seen of it. */
type Ended = { readonly kind: BackendKind } & Pick<Act, "isOfStatement">;

/**
 * The statement that sends a signal to one session if all of it is still so, 13 to 18. One row, `signalled`, or none
 * when the session has moved on or may not be ended.
 *
 * It must be a transaction of its own: the server copies its session table once per transaction, and would compare
 * with the past. Even so it copies first and signals last. Whatever takes time is therefore asked of a first copy, and
 * the period of a second, so that only microseconds are left, which SQL cannot close. The application is asked of both: to
 * compile its pattern takes longer than all else, and the second time it is at hand. The function stands where it is
 * evaluated for rows that have passed; in a WHERE the planner would be free to evaluate it first, for everybody.
 */
export function killStatement({ kind, isOfStatement }: Ended, signal: Signal, version: number): string {
  return `
WITH allowed AS MATERIALIZED (
  SELECT a.pid, pg_stat_clear_snapshot() AS cleared
  FROM pg_stat_get_activity($1::int) AS a
  WHERE ${sameBackend} AND ${isSomebodys} AND ${sameNames} AND ${sameApplication}
    AND NOT EXISTS (${progress(version)})
), victim AS MATERIALIZED (
  SELECT a.pid
  FROM allowed, pg_stat_get_activity(CASE WHEN allowed.cleared IS NOT NULL THEN allowed.pid END) AS a
  WHERE ${sameBackend}
    AND ${sameApplication}
    AND ${stillSo[kind]}${isOfStatement ? ` AND ${samePeriod}` : ""}
)
SELECT ${signal}(victim.pid) AS signalled FROM victim`;
}

/** The parameters of `killStatement`: the period, the age in seconds, where a COPY stood that is said to be stalled, the application, the database and the role. */
export function killParameters(episode: SessionEpisode, minAgeSeconds: number): readonly (string | number)[] {
  const { kind, backend } = episode;
  const counter = kind === "stalled_client" ? backend.progress?.counter : undefined;
  return [...periodOf(episode), minAgeSeconds, counter ?? "", applicationOf(episode), ...namesOf(episode)];
}

/** Whoever reports progress works, but for a COPY that is where it was ($7). 13 reports none of COPY. */
function progress(version: number): string {
  const commands = ["VACUUM", "ANALYZE", "CLUSTER", "CREATE INDEX", "BASEBACKUP"];
  const known = version >= 140000 ? [...commands, "COPY"] : commands;
  return `
      SELECT FROM unnest('{${known.map((command) => `"${command}"`).join(",")}}'::text[]) AS w(command),
                  pg_stat_get_progress_info(w.command) AS p
      WHERE p.pid = a.pid AND (w.command <> 'COPY' OR concat_ws('/', p.param1, p.param3) <> $7::text)`;
}
