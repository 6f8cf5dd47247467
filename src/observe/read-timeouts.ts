import type { Deadline } from "../postgres/deadline.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { timeoutNames, type Timeouts } from "./timeouts.ts";
import { toTimeouts } from "./timeouts-row.ts";
import { timeoutsStatement } from "./timeouts-statement.ts";

/** Reads which timeouts hold for sessions that begin: one statement, which changes nothing. Throws a `PostgresFailure`. */
export async function readTimeouts(session: Session, deadline: Deadline): Promise<Timeouts> {
  const options = { deadline, prepare: false };
  const reply = await session.query(timeoutsStatement, [JSON.stringify(timeoutNames)], options);
  try {
    return toTimeouts(reply.rows[0]);
  } catch (error) {
    throw new PostgresFailure("protocol", "the settings have an unexpected shape", { cause: error });
  }
}
