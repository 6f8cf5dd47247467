import { z } from "zod";
import { timeoutNames, type Timeouts } from "./timeouts.ts";

const name = z.enum(timeoutNames);

const timeoutsRow = z.object({
  version: z.number(),
  own_role: z.string(),
  own_database: z.string(),
  server: z.array(z.object({ name, own_value: z.string(), unit: z.string().nullable() })),
  settings: z.array(
    z.object({ role: z.string().nullable(), database: z.string().nullable(), name, value: z.string() }),
  ),
  cut: z.number(),
});

/** The row of `timeoutsStatement`. Untrusted data enters here; throws a ZodError when it has another shape. */
export function toTimeouts(row: unknown): Timeouts {
  const { own_role: ownRole, own_database: ownDatabase, server, ...rest } = timeoutsRow.parse(row);
  return {
    ...rest,
    ownRole,
    ownDatabase,
    server: server.map(({ own_value: ownValue, ...one }) => ({ ...one, ownValue })),
  };
}
