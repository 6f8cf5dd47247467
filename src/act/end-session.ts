import { z } from "zod";
import type { Outcome } from "../decide/ledger.ts";
import type { Refusal } from "../decide/permit-refusals.ts";
import type { Act } from "../decide/plan.ts";
import type { Deadline } from "../postgres/deadline.ts";
import { toFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { killParameters, killStatement, type Signal } from "./kill-statement.ts";
import { isOver, ROUND_TRIP_SECONDS, type Verified } from "./verify.ts";

export type EndOptions = {
  /** `server_version_num`. */
  readonly version: number;
  /** Of the whole act; leave it one and a half `verifySeconds` and some round trips. */
  readonly deadline: Deadline;
  readonly prepare: boolean;
  /** How old the period must be by the server's clock when it is signalled. */
  readonly minAgeSeconds: number;
  /** How long to wait for a signalled session to be gone; half as long for a cancelled statement before its session is ended. */
  readonly verifySeconds: number;
  /** Asked right before each signal: why it is not sent; `null` to go on. Never throws. */
  whyStop(): Promise<Refusal | null>;
};

/**
 * What became of an act, and what is to be said about it. `isRefused`: the server refused one of its signals, be it the
 * first (`denied`) or one after another that was sent. One of which nothing was sent is `called_off`, and why.
 */
export type Ending =
  | { readonly outcome: Outcome; readonly detail: string | null; readonly isRefused?: boolean }
  | { readonly outcome: "called_off"; readonly detail: null; readonly stop: Refusal };

type Ask = {
  readonly session: Session;
  readonly act: Pick<Act, "action" | "episode" | "isOfStatement">;
  readonly options: EndOptions;
};

const movedOn: Ending = { outcome: "moved_on", detail: null };

/**
 * Ends one session, or the statement that it runs, if it is still the one that was decided on. Its session must be the
 * one that holds the lease, outside any transaction.
 *
 * A cancel means something only to a statement that runs: there it comes first, and where it works the session is left
 * alone. Whoever is idle or waits on its client would not notice, though the server says yes: such a session is ended at
 * once, and an act that may only cancel finds nothing to do (`moved_on`). Whoever says stop meanwhile stops what has not
 * been sent. Never throws for what a server does.
 */
export async function endSession(session: Session, act: Ask["act"], options: EndOptions): Promise<Ending> {
  const ask = { session, act, options };
  try {
    if (act.episode.kind === "stale_active") return await endStatement(ask);
    if (act.action === "terminate") return await terminate(ask);
    return { outcome: "moved_on", detail: "nothing was done: it runs no statement that a cancel would end" };
  } catch (error) {
    return { outcome: "failed", detail: toFailure(error).message };
  }
}

async function endStatement(ask: Ask): Promise<Ending> {
  const { action } = ask.act;
  const { verifySeconds } = ask.options;
  const stop = await ask.options.whyStop();
  if (stop !== null) return unsent(stop);
  const notSent = await send("pg_cancel_backend", ask);
  if (notSent !== null) return notSent;
  const seconds = action === "cancel" ? verifySeconds : verifySeconds / 2;
  if (await isVerified("statement", seconds, ask)) return { outcome: "cancelled", detail: null };
  const stillRuns = `its statement was cancelled, and still runs after ${seconds} s`;
  if (action === "cancel") return { outcome: "not_confirmed", detail: stillRuns };
  const ending = await terminate(ask);
  if (ending.outcome === "called_off")
    return { outcome: "cancelled", detail: `${stillRuns}; its session was not ended: ${ending.stop.why}` };
  if (ending.outcome === "denied") {
    // The cancel was sent all the same: an act that was denied as a whole touched nobody, and counts for no limit.
    const detail = `${stillRuns}; the server refused to end its session: ${ending.detail}`;
    return { outcome: "not_confirmed", detail, isRefused: true };
  }
  if (ending.outcome !== "moved_on") return ending;
  // The cancel worked late, or it waits for something now during which nobody is ended.
  if (await isVerified("statement", 0, ask)) return { outcome: "cancelled", detail: null };
  return { outcome: "not_confirmed", detail: stillRuns };
}

async function terminate(ask: Ask): Promise<Ending> {
  const { verifySeconds } = ask.options;
  const stop = await ask.options.whyStop();
  if (stop !== null) return unsent(stop);
  const notSent = await send("pg_terminate_backend", ask);
  if (notSent !== null) return notSent;
  if (await isVerified("session", verifySeconds, ask)) return { outcome: "terminated", detail: null };
  return {
    outcome: "not_confirmed",
    detail: `it was signalled, and is still there after ${verifySeconds} s`,
  };
}

/** An act that was called off before anything was sent. */
export function unsent(stop: Refusal): Ending {
  return { outcome: "called_off", detail: null, stop };
}

/** Whoever asks what stops the act may take long, on a disk that hangs. */
const outOfTime: Refusal = {
  reason: "untrusted_look",
  why: "no time was left to signal it and to hear of it: it must be seen anew",
};

const signalledRow = z.object({ signalled: z.boolean() });

/**
 * Sends the signal; `null` once it is sent, else what became of the act without it. Only here a refusal means that nothing
 * was sent: one of a later statement would say nothing of the signal.
 */
async function send(signal: Signal, ask: Ask): Promise<Ending | null> {
  if (ask.options.deadline.remainingSeconds() < ROUND_TRIP_SECONDS) return unsent(outOfTime);
  try {
    return (await isSignalled(signal, ask)) ? null : movedOn;
  } catch (error) {
    const { code, message } = toFailure(error);
    if (code === "42501") return { outcome: "denied", detail: message, isRefused: true };
    throw error;
  }
}

/** Whether the signal was sent. The server says no of a process that has just ended. */
async function isSignalled(signal: Signal, { session, act, options }: Ask): Promise<boolean> {
  const { version, deadline, prepare, minAgeSeconds } = options;
  const { episode, isOfStatement } = act;
  const statement = killStatement({ kind: episode.kind, isOfStatement }, signal, version);
  const parameters = killParameters(episode, minAgeSeconds);
  const { rows } = await session.query(statement, parameters, { deadline, prepare });
  return rows.length > 0 && signalledRow.parse(rows[0]).signalled;
}

function isVerified(what: Verified, seconds: number, { session, act, options }: Ask): Promise<boolean> {
  const { deadline, prepare } = options;
  return isOver(session, act.episode.backend, what, { seconds, deadline, prepare });
}
