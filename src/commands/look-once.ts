import { candidateAges } from "../classify/candidate-ages.ts";
import type { Memory } from "../classify/memory.ts";
import { isUnderPressure } from "../classify/pools/slot-scope.ts";
import type { ThresholdRules } from "../classify/thresholds.ts";
import type { Config, ServerConfig } from "../config/config.ts";
import { cycle, firstRemembered, type Remembered } from "../cycle.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../expose/server-view.ts";
import type { ServerView } from "../expose/view.ts";
import { connect } from "../postgres/attempts/connect.ts";
import { startDeadline, type Deadline } from "../postgres/deadline.ts";
import { toFailure } from "../postgres/failure.ts";
import type { Connected } from "../postgres/attempts/make-attempt.ts";
import type { Session } from "../postgres/session.ts";

type Shown = Pick<Config, "labelBudget" | "commentLabels">;

/** Looks at a server once, on a connection of its own. */
export async function lookOnce(server: ServerConfig, shown: Shown): Promise<ServerView> {
  const { name, connection, lookTimeoutSeconds } = server;
  const deadline = startDeadline(lookTimeoutSeconds);
  let session: Session | undefined;
  try {
    const connected = await connect(connection, { deadline, lookTimeoutSeconds });
    session = connected.session;
    return await lookThrough(connected, { server, shown, deadline });
  } catch (error) {
    return viewAfterFailure(firstView(name, 0), toFailure(error));
  } finally {
    await session?.close();
  }
}

export type LookOptions = {
  readonly server: ServerConfig;
  readonly shown: Shown;
  readonly deadline: Deadline;
};

/**
 * Looks once over a session that is open, and stays so. A single look has nobody to vouch for it, so it believes the rows.
 * Throws a `PostgresFailure`.
 */
export async function lookThrough(
  { session, probe }: Connected,
  { server, shown, deadline }: LookOptions,
): Promise<ServerView> {
  const { name, lookTimeoutSeconds, thresholds, pools } = server;
  const { labelBudget, commentLabels: commentKeys } = shown;
  const judging = { thresholds, pools, commentKeys, gapSeconds: Infinity, believesRows: true };
  const options = {
    probe,
    ...judging,
    sinceLastLookSeconds: null,
    isOutOfTurn: false,
    deadline,
    leashing: null,
  };
  const first = await cycle(session, firstRemembered(), options);
  const { report, remembered } = missesIdleSessions(first.remembered.memory, thresholds)
    ? await cycle(session, askingAnew(first.remembered), {
        ...options,
        deadline: startDeadline(lookTimeoutSeconds),
      })
    : first;
  const { decisions, memory } = remembered;
  const result = { report, probe, tally: memory.tally, decisions, labelBudget, commentKeys };
  return viewAfterLook(firstView(name, 0), result);
}

/** Idle sessions are read only where an earlier look found slots scarce: the first of all has none before it. */
function missesIdleSessions({ lastLook }: Memory, thresholds: ThresholdRules): boolean {
  return isUnderPressure(lastLook?.pressure ?? 0) && candidateAges(thresholds, true).idleSeconds < Infinity;
}

/**
 * Nobody has asked yet which of the idle sessions are on duty, and before that none is named. The look before did ask,
 * so evidence would not be due: to a memory in which nobody asked for very long, it is.
 */
function askingAnew(remembered: Remembered): Remembered {
  return { ...remembered, memory: { ...remembered.memory, looksSinceEvidence: Infinity } };
}
