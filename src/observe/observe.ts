import type { Deadline } from "../postgres/deadline.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { nothingKnown, type Known } from "./known.ts";
import { oidsOf, parseLook, type LookRow } from "./look-row.ts";
import { lookStatement } from "./look-statement.ts";
import { areNamesDue } from "./names.ts";
import { readNames } from "./read-names.ts";
import type { CandidateAges, Snapshot } from "./snapshot.ts";
import { LONGEST_AGE_SECONDS } from "./sql.ts";
import { textParameters, textsOf } from "./texts.ts";
import { toSnapshot } from "./to-snapshot.ts";

/** The most that a look keeps: candidates past it are counted, not read; groups past it are read, and folded. */
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

/** What one look read, and what the next need not read again. */
export type Observed = { readonly snapshot: Snapshot; readonly known: Known };

/**
 * Takes one look: one autocommit statement of one row, and now and then a second for names. Throws a `PostgresFailure`.
 */
export async function observe(
  session: Session,
  request: LookRequest,
  known: Known = nothingKnown,
): Promise<Observed> {
  try {
    const look = await readLook(session, request, known);
    const { postmaster_start: postmasterStart } = look;
    // What was known was another server's, and this one left out what it took for known.
    if (known.postmasterStart !== null && known.postmasterStart !== postmasterStart)
      return await observe(session, request);
    const oids = oidsOf(look);
    const takenAtSeconds = look.taken_at / 1_000_000;
    const names = areNamesDue(known.names, oids, takenAtSeconds)
      ? { ...(await readNames(session, oids, request)), looks: 1, readAtSeconds: takenAtSeconds }
      : { ...known.names, looks: known.names.looks + 1 };
    const mostGroups = request.limits.groups;
    const snapshot = toSnapshot(look, { names, texts: known.texts, mostGroups });
    const texts = textsOf(snapshot.candidates, known.texts);
    return { snapshot, known: { postmasterStart, names, texts } };
  } catch (error) {
    if (error instanceof PostgresFailure) throw error;
    throw new PostgresFailure("protocol", "the answer to a look has an unexpected shape", { cause: error });
  }
}

async function readLook(session: Session, request: LookRequest, known: Known): Promise<LookRow> {
  const { version, groupsByClient, deadline, prepare } = request;
  const applications = request.sampledApplications.filter(isServerText);
  const samples = applications.length > 0;
  const statement = lookStatement({ version, groupsByClient, samples });
  const parameters = [
    ...parametersOf(request),
    ...textParameters(known.texts),
    ...(samples ? [JSON.stringify(applications)] : []),
  ];
  const reply = await session.query(statement, parameters, { deadline, prepare });
  return parseLook(reply.rows[0]);
}

/** $1 to $8 of `lookStatement`. */
function parametersOf({ followedPids, ages, limits }: LookRequest): readonly (string | number)[] {
  return [
    `{${followedPids.join(",")}}`,
    ...[
      ages.idleInTransactionSeconds,
      ages.activeSeconds,
      ages.transactionSeconds,
      ages.neverUsedSeconds,
      ages.idleSeconds,
      ages.quietSeconds,
    ].map((seconds) => Math.min(seconds, LONGEST_AGE_SECONDS)),
    limits.candidates,
  ];
}

/** The server keeps application names in ASCII; no other one could match, and not every database could read it. */
function isServerText(applicationName: string): boolean {
  return /^[ -~]*$/.test(applicationName);
}
