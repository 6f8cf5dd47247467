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
  /** Applications of which a few quiet sessions come back, whatever their age. Untrusted text. */
  readonly sampledApplications: readonly string[];
  readonly ages: CandidateAges;
  /** Whether the sessions of each client host are a group of their own. */
  readonly groupsByClient: boolean;
  readonly limits: LookLimits;
  readonly deadline: Deadline;
  readonly prepare: boolean;
};

/** PostgreSQL has no interval above this many seconds to subtract safely; it stands for "never". */
const LONGEST_AGE_SECONDS = 1e9;

/** Takes one look: one autocommit statement, one row. Throws a `PostgresFailure`. */
export async function observe(session: Session, request: LookRequest): Promise<Snapshot> {
  const { deadline, prepare } = request;
  const reply = await session.query(lookStatement(request.version), parametersOf(request), {
    deadline,
    prepare,
  });
  try {
    return toSnapshot(reply.rows[0]);
  } catch (error) {
    throw new PostgresFailure("protocol", "the answer to a look has an unexpected shape", { cause: error });
  }
}

/** In the order of `lookStatement`. */
function parametersOf(request: LookRequest): readonly (string | number)[] {
  const { ages, limits } = request;
  return [
    `{${request.followedPids.join(",")}}`,
    ...[
      ages.idleInTransactionSeconds,
      ages.activeSeconds,
      ages.transactionSeconds,
      ages.neverUsedSeconds,
      ages.idleSeconds,
      ages.quietSeconds,
    ].map((seconds) => Math.min(seconds, LONGEST_AGE_SECONDS)),
    limits.candidates,
    limits.groups,
    JSON.stringify(request.sampledApplications.filter(isServerText)),
    String(request.groupsByClient),
  ];
}

/** The server keeps application names in ASCII; no other one could match, and not every database could read it. */
function isServerText(applicationName: string): boolean {
  return /^[ -~]*$/.test(applicationName);
}
