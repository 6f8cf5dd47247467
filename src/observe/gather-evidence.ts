import type { Deadline } from "../postgres/deadline.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { evidenceStatement } from "./evidence-statement.ts";
import { toEvidence, toSignalGrant } from "./evidence-row.ts";
import type { EvidenceQuestion, Gathered } from "./evidence.ts";

/** What to gather, and how. */
export type EvidenceRequest = {
  /** `server_version_num`. */
  readonly version: number;
  readonly question: EvidenceQuestion;
  readonly deadline: Deadline;
  readonly prepare: boolean;
};

/** What came of it, and beside it whether our role may signal sessions now; `null` when the server did not say. */
export type Gathering = { readonly gathered: Gathered; readonly canSignal: boolean | null };

/**
 * Gathers what is read beside the look: one autocommit statement. Whatever comes of it, the look has been taken: a
 * server that refuses or is too slow still showed its sessions. Never throws.
 */
export async function gatherEvidence(session: Session, request: EvidenceRequest): Promise<Gathering> {
  try {
    const { waiterPids, idlePids } = request.question;
    const reply = await session.query(
      evidenceStatement(request.version),
      [`{${waiterPids.join(",")}}`, `{${idlePids.join(",")}}`],
      { deadline: request.deadline, prepare: request.prepare },
    );
    const [row] = reply.rows;
    const evidence = toEvidence(row, request.question);
    return { gathered: { evidence, failure: null }, canSignal: toSignalGrant(row) };
  } catch (error) {
    const failure = error instanceof PostgresFailure ? error.message : "the evidence has an unexpected shape";
    return { gathered: { evidence: null, failure }, canSignal: null };
  }
}
