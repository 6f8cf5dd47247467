import { z } from "zod";
import type { Deadline } from "./deadline.ts";
import { PostgresFailure } from "./failure.ts";
import type { Session } from "./session.ts";

/** What only a person who sets a server up wants to know: a look does without it. */
export type Inspection = {
  /** As the server sees our connection; behind a pooler, that of the pooler. `null`: it is not encrypted. */
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  /** Without it no statement and no state is shown to anybody. */
  readonly trackActivities: boolean;
  /** The bytes of a statement that the server keeps. */
  readonly trackActivityQuerySize: number;
  /** Whether we get in when only the slots of `reserved_connections` are left (16 and newer). */
  readonly mayUseReservedSlots: boolean;
  /** Our role, quoted where SQL wants it quoted. */
  readonly quotedUser: string;
};

const inspectStatement = `
SELECT s.ssl, s.version AS tls_version, s.cipher,
       pg_catalog.current_setting('track_activities') = 'on' AS track_activities,
       (SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'track_activity_query_size') AS query_size,
       r.rolsuper OR EXISTS (
         SELECT FROM pg_catalog.pg_roles reserved
         WHERE reserved.rolname = 'pg_use_reserved_connections' AND pg_catalog.pg_has_role(r.oid, reserved.oid, 'USAGE')
       ) AS uses_reserved,
       pg_catalog.quote_ident(r.rolname) AS quoted_user
FROM pg_catalog.pg_roles r
LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = pg_catalog.pg_backend_pid()
WHERE r.rolname = current_user`;

const inspectRow = z.object({
  ssl: z.boolean().nullable(),
  tls_version: z.string().nullable(),
  cipher: z.string().nullable(),
  track_activities: z.boolean(),
  query_size: z.number(),
  uses_reserved: z.boolean(),
  quoted_user: z.string(),
});

/** Asks once, in one statement. Throws a `PostgresFailure`. */
export async function inspect(
  session: Session,
  { deadline }: { readonly deadline: Deadline },
): Promise<Inspection> {
  const reply = await session.query(inspectStatement, [], { deadline, prepare: false });
  const parsed = inspectRow.safeParse(reply.rows[0]);
  if (!parsed.success)
    throw new PostgresFailure("protocol", "the answer to an inspection has an unexpected shape");
  const row = parsed.data;
  return {
    tls: row.ssl === true ? { version: row.tls_version ?? "TLS", cipher: row.cipher ?? "unknown" } : null,
    trackActivities: row.track_activities,
    trackActivityQuerySize: row.query_size,
    mayUseReservedSlots: row.uses_reserved,
    quotedUser: row.quoted_user,
  };
}
