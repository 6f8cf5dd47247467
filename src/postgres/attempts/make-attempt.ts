import type { Attempt, AttemptEnd } from "./attempt.ts";
import { AttemptFailure, toFailure, type PostgresFailure } from "../failure.ts";
import { probe, type Probe, type ProbeOptions } from "../probe.ts";
import { openSession, type FreshSession, type Session } from "../session.ts";
import type { ConnectionSettings, TargetSessionAttributes } from "../settings.ts";

/** A session that is open, and what its probe found out. */
export type Connected = { readonly session: Session; readonly probe: Probe };

/** What became of an attempt that failed; `isEncrypted`: how far TLS had come. */
export type FailedAttempt = {
  readonly end: AttemptEnd;
  readonly isEncrypted: boolean;
  readonly failure: PostgresFailure;
};

export type AttemptResult = Connected | FailedAttempt;

export type AttemptOptions = ProbeOptions & { readonly wanted: TargetSessionAttributes };

/** Makes one attempt. Nothing is left open where it fails. */
export async function makeAttempt(
  settings: ConnectionSettings,
  attempt: Attempt,
  options: AttemptOptions,
): Promise<AttemptResult> {
  let session: FreshSession | undefined;
  try {
    session = openSession(settings, attempt);
    return { session, probe: await probe(session, options) };
  } catch (error) {
    const failure = toFailure(error);
    const isEncrypted = session?.isEncrypted() ?? attempt.isEncrypted;
    await session?.close();
    return { end: endOf(failure), isEncrypted, failure };
  }
}

/** Without a reply in time there is none, however far the attempt had come. */
function endOf(failure: PostgresFailure): AttemptEnd {
  if (failure.reason === "timeout" && !failure.isFromServer) return "unreachable";
  return failure instanceof AttemptFailure ? failure.end : "failed";
}
