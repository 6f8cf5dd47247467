import type { Deadline } from "../postgres/deadline.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { evidenceStatement } from "./evidence-statement.ts";
import { toEvidence } from "./evidence-row.ts";
import type { EvidenceQuestion, Gathered } from "./evidence.ts";

/** What to gather, and how. */
export type EvidenceRequest = {
  /** `server_version_num`. */
  readonly version: number;
  readonly question: EvidenceQuestion;
  readonly deadline: Deadline;
  readonly prepare: boolean;
};

/**
 * Gathers what is read beside the look: one autocommit statement. Whatever comes of it, the look has been taken: a
 * server that refuses or is too slow still showed its sessions. Never throws.
 */
export async function gatherEvidence(session: Session, request: EvidenceRequest): Promise<Gathered> {
  try {
    const { waiterPids, idlePids } = request.question;
    const reply = await session.query(
      evidenceStatement(request.version),
      [`{${waiterPids.join(",")}}`, `{${idlePids.join(",")}}`],
      { deadline: request.deadline, prepare: request.prepare },
    );
    return { evidence: toEvidence(reply.rows[0], request.question), failure: null };
  } catch (error) {
    const failure = error instanceof PostgresFailure ? error.message : "the evidence has an unexpected shape";
    return { evidence: null, failure };
  }
}
