import type { Deadline } from "./deadline.ts";
import { PostgresFailure } from "./failure.ts";
import type { Probe } from "./probe.ts";
import type { Session } from "./session.ts";

/** Servers with fewer slots have a session table that is copied into memory the backend has anyway: nothing is gained. */
const FEWEST_SLOTS = 300;

/**
 * The copy of the session table is larger than what glibc keeps for later: each look would ask the system for its memory
 * anew, page by page. What is freed once, glibc keeps from then on, up to 32 MB. A server of another C library just
 * computes a length.
 */
const warmUpStatement = "SELECT pg_catalog.length(pg_catalog.repeat('x', 30000000))";

/**
 * Makes the looks of a new backend cheaper, on a server with many slots. Behind a pooler the next statement may have
 * another one. A server that refuses it is looked at all the same; throws a `PostgresFailure` where the connection is lost.
 */
export async function warmUp(
  session: Session,
  { pooled, slots }: Pick<Probe, "pooled" | "slots">,
  deadline: Deadline,
): Promise<void> {
  if (pooled || slots.max_connections < FEWEST_SLOTS) return;
  try {
    await session.query(warmUpStatement, [], { deadline, prepare: false });
  } catch (error) {
    if (!(error instanceof PostgresFailure && error.isRefusal)) throw error;
  }
}
