import { candidateAges } from "../classify/candidate-ages.ts";
import type { Memory } from "../classify/memory.ts";
import { isUnderPressure } from "../classify/pools/slot-scope.ts";
import type { ThresholdRules } from "../classify/thresholds.ts";
import type { Config, ServerConfig } from "../config/config.ts";
import { cycle, firstRemembered, type Remembered } from "../cycle.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../expose/server-view.ts";
import type { ServerView } from "../expose/view.ts";
import { startDeadline } from "../postgres/deadline.ts";
import { toFailure } from "../postgres/failure.ts";
import { probe } from "../postgres/probe.ts";
import { openSession } from "../postgres/session.ts";

/** Looks at a server once, on a connection of its own. A single look has nobody to vouch for it, so it believes the rows. */
export async function lookOnce(
  { name, connection, lookTimeoutSeconds, thresholds, pools }: ServerConfig,
  { labelBudget, commentLabels: commentKeys }: Pick<Config, "labelBudget" | "commentLabels">,
): Promise<ServerView> {
  const view = firstView(name, 0);
  const session = openSession(connection);
  const deadline = startDeadline(lookTimeoutSeconds);
  try {
    const probed = await probe(session, { deadline, lookTimeoutSeconds });
    const judging = { thresholds, pools, commentKeys, gapSeconds: Infinity, believesRows: true };
    const options = { probe: probed, ...judging, sinceLastLookSeconds: null, deadline, leashing: null };
    const first = await cycle(session, firstRemembered(), options);
    const { report, remembered } = missesIdleSessions(first.remembered.memory, thresholds)
      ? await cycle(session, askingAnew(first.remembered), {
          ...options,
          deadline: startDeadline(lookTimeoutSeconds),
        })
      : first;
    const { decisions, memory } = remembered;
    const shown = { tally: memory.tally, decisions, labelBudget, commentKeys };
    return viewAfterLook(view, { report, probe: probed, ...shown });
  } catch (error) {
    return viewAfterFailure(view, toFailure(error));
  } finally {
    await session.close();
  }
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
