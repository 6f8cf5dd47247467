import type { Deadline } from "../postgres/deadline.ts";
import type { Session } from "../postgres/session.ts";
import type { Names, Oids } from "./names.ts";
import { toNames } from "./names-row.ts";

// By oid, so that it costs the same on a server of ten thousand databases.
const namesStatement = `
SELECT (SELECT COALESCE(json_object_agg(oid, datname), '{}') FROM pg_database
        WHERE oid = ANY ($1::text::oid[])) AS databases,
       (SELECT COALESCE(json_object_agg(oid, json_build_object('name', rolname, 'is_superuser', rolsuper, 'is_replication', rolreplication)), '{}')
        FROM pg_roles WHERE oid = ANY ($2::text::oid[])) AS roles`;

/** Asks what these oids stand for: one autocommit statement. Throws a `PostgresFailure` or a ZodError. */
export async function readNames(
  session: Session,
  oids: Oids,
  options: { readonly deadline: Deadline; readonly prepare: boolean },
): Promise<Pick<Names, "databases" | "roles">> {
  const parameters = [`{${oids.databases.join(",")}}`, `{${oids.roles.join(",")}}`];
  const reply = await session.query(namesStatement, parameters, options);
  return toNames(reply.rows[0], oids);
}
