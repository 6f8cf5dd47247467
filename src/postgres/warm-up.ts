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
const warmUpStatement = "SELECT pg_catalog.length(pg_catalog.repeat('x', $1::pg_catalog.int4))";

/** Twice what the table takes of each slot. More would be touched for nothing, by many servers of one host at once. */
const BYTES_PER_SLOT = 4096;
const MOST_BYTES = 30_000_000;

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
    const bytes = Math.min(slots.max_connections * BYTES_PER_SLOT, MOST_BYTES);
    await session.query(warmUpStatement, [bytes], { deadline, prepare: false });
  } catch (error) {
    if (!(error instanceof PostgresFailure && error.isRefusal)) throw error;
  }
}
