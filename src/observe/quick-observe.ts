import { z } from "zod";
import type { Deadline } from "../postgres/deadline.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import type { QuickAges, QuickSnapshot } from "./quick-snapshot.ts";
import { quickStatement } from "./quick-statement.ts";
import { backendStates } from "./snapshot.ts";
import { LONGEST_AGE_SECONDS } from "./sql.ts";

/** What one quick look asks for. */
export type QuickRequest = {
  readonly ages: QuickAges;
  /** When the last look was taken: epoch seconds, by the server's clock. */
  readonly lastLookSeconds: number;
  readonly deadline: Deadline;
};

const transactionRow = z.object({
  pid: z.number(),
  state: z.enum(backendStates).catch("unknown"),
  xact_seconds: z.number(),
  query_seconds: z.number().nullable(),
  state_seconds: z.number().nullable(),
});

const quickRow = z.object({ taken_at_seconds: z.number(), transactions: z.array(transactionRow) });

/** Takes one quick look: one prepared autocommit statement, one row. Throws a `PostgresFailure`. */
export async function quickObserve(session: Session, request: QuickRequest): Promise<QuickSnapshot> {
  const { ages, lastLookSeconds, deadline } = request;
  const { idleInTransactionSeconds, activeSeconds, transactionSeconds } = ages;
  const bounded = [idleInTransactionSeconds, activeSeconds, transactionSeconds].map((seconds) =>
    Math.min(seconds, LONGEST_AGE_SECONDS),
  );
  const reply = await session.query(quickStatement, [...bounded, lastLookSeconds], {
    deadline,
    prepare: true,
  });
  const row = quickRow.safeParse(reply.rows[0]);
  if (!row.success)
    throw new PostgresFailure("protocol", "the answer to a quick look has an unexpected shape");
  return {
    takenAtSeconds: row.data.taken_at_seconds,
    transactions: row.data.transactions.map((transaction) => ({
      pid: transaction.pid,
      state: transaction.state,
      xactSeconds: transaction.xact_seconds,
      querySeconds: transaction.query_seconds,
      stateSeconds: transaction.state_seconds,
    })),
  };
}
