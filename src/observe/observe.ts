import type { Deadline } from "../postgres/deadline.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { lookStatement } from "./look-statement.ts";
import { toSnapshot } from "./row.ts";
import type { CandidateAges, Snapshot } from "./snapshot.ts";

/** The most that one look returns. What is past it is counted, not read. */
export type LookLimits = { readonly candidates: number; readonly groups: number };

/** What one look asks for. */
export type LookRequest = {
  /** `server_version_num`. */
  readonly version: number;
  /** Pids of the sessions being followed: their rows come back while they exist, whatever they do. */
  readonly followedPids: readonly number[];
  readonly ages: CandidateAges;
  readonly limits: LookLimits;
  readonly deadline: Deadline;
  readonly prepare: boolean;
};

/** PostgreSQL has no interval above this many seconds to subtract safely; it stands for "never". */
const LONGEST_AGE_SECONDS = 1e9;

/** Takes one look: one autocommit statement, one row. Throws a `PostgresFailure`. */
export async function observe(session: Session, request: LookRequest): Promise<Snapshot> {
  const { idleInTransactionSeconds, activeSeconds, transactionSeconds } = request.ages;
  const reply = await session.query(
    lookStatement(request.version),
    [
      `{${request.followedPids.join(",")}}`,
      ...[idleInTransactionSeconds, activeSeconds, transactionSeconds].map((age) =>
        Math.min(age, LONGEST_AGE_SECONDS),
      ),
      request.limits.candidates,
      request.limits.groups,
    ],
    { deadline: request.deadline, prepare: request.prepare },
  );
  try {
    return toSnapshot(reply.rows[0]);
  } catch (error) {
    throw new PostgresFailure("protocol", "the answer to a look has an unexpected shape", { cause: error });
  }
}
