import { z } from "zod";
import type { Names, Oids } from "./names.ts";

const namesRow = z.object({
  databases: z.record(z.string(), z.string()),
  roles: z.record(
    z.string(),
    z.object({ name: z.string(), is_superuser: z.boolean(), is_replication: z.boolean() }),
  ),
});

/** The names of these oids, as the server knows them. Untrusted data enters here; throws a ZodError when it has another shape. */
export function toNames(row: unknown, oids: Oids): Pick<Names, "databases" | "roles"> {
  const { databases, roles } = namesRow.parse(row);
  return {
    databases: new Map(oids.databases.map((oid) => [oid, databases[oid] ?? null])),
    roles: new Map(
      oids.roles.map((oid) => {
        const role = roles[oid];
        if (role === undefined) return [oid, null];
        const { name, is_superuser: isSuperuser, is_replication: isReplication } = role;
        return [oid, { name, isSuperuser, isReplication }];
      }),
    ),
  };
}
