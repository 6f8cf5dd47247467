import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { Backend } from "../observe/snapshot.ts";
import { startDeadline, type Deadline } from "../postgres/deadline.ts";
import type { Session } from "../postgres/session.ts";

/** What is to be over: the whole session, or the statement that it ran. */
export type Verified = "session" | "statement";

export type VerifyOptions = {
  /** How long to wait for it. */
  readonly seconds: number;
  /** Of the whole act: when it passes, the connection is lost. No question is begun shortly before. */
  readonly deadline: Deadline;
  readonly prepare: boolean;
};

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 80;
/** Nothing is sent to a server with less time left than this: nobody would hear what came of it. */
export const ROUND_TRIP_SECONDS = 0.2;

// A row that is hidden from us may be the one: it is not over.
const stillThereStatement = `
SELECT count(*)::int AS session,
       (count(*) FILTER (WHERE a.backend_start IS NULL OR (a.state IN ('active', 'fastpath function call')
          AND a.query_start IS NOT DISTINCT FROM nullif($3::text, '')::timestamptz)))::int AS statement
FROM pg_stat_get_activity($1::int) AS a
WHERE a.pid = $1::int AND (a.backend_start = $2::text::timestamptz OR a.backend_start IS NULL)`;

const stillThereRow = z.object({ session: z.number(), statement: z.number() });

/** Asks until the session, or the statement it ran, is over: whether it was in time. Throws a `PostgresFailure` or a ZodError. */
export async function isOver(
  session: Session,
  backend: Backend,
  what: Verified,
  { seconds, deadline, prepare }: VerifyOptions,
): Promise<boolean> {
  const patience = startDeadline(seconds);
  const parameters = [backend.id.pid, backend.id.backendStart, backend.queryStart ?? ""];
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    if (deadline.remainingSeconds() < ROUND_TRIP_SECONDS) return false;
    const reply = await session.query(stillThereStatement, parameters, { deadline, prepare });
    if (stillThereRow.parse(reply.rows[0])[what] === 0) return true;
    const leftMs = 1000 * patience.remainingSeconds();
    if (leftMs <= 0) return false;
    await setTimeout(Math.min(pauseMs, leftMs));
  }
}
