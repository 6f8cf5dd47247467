import { PostgresFailure } from "../failure.ts";

/** What is said of whoever breaks the protocol: mostly it is another program on that port. */
export function noPostgres(cause?: unknown): PostgresFailure {
  const message = "what answers does not speak PostgreSQL's protocol";
  return new PostgresFailure("protocol", message, { cause });
}
