import { candidateAges } from "./classify/candidate-ages.ts";
import { classify } from "./classify/classify.ts";
import { evidenceDue } from "./classify/evidence-due.ts";
import { followedPids, overgrownApplications, type Memory } from "./classify/memory.ts";
import type { DeclaredPool } from "./classify/pool.ts";
import { isUnderPressure } from "./classify/slot-scope.ts";
import type { ThresholdRules } from "./classify/thresholds.ts";
import type { Report } from "./expose/report.ts";
import { gatherEvidence } from "./observe/gather-evidence.ts";
import { observe } from "./observe/observe.ts";
import type { Deadline } from "./postgres/deadline.ts";
import type { Probe } from "./postgres/probe.ts";
import type { Session } from "./postgres/session.ts";

export type CycleOptions = {
  readonly probe: Probe;
  readonly thresholds: ThresholdRules;
  readonly pools: readonly DeclaredPool[];
  /** Keys of statement comments that are read beside the known ones. */
  readonly commentKeys: readonly string[];
  readonly gapSeconds: number;
  readonly believesRows: boolean;
  readonly deadline: Deadline;
};

/** So many sessions leak at once in the worst of incidents, and so many groups fit a page; a row weighs up to 8 kB, statement included. */
const limits = { candidates: 1000, groups: 1000 };

/**
 * One look at one server, from its sessions to the report that everything shown comes from. Read this file first.
 * What is remembered goes in as a value and comes out as a new one. Throws a `PostgresFailure`; the memory then stays.
 */
export async function cycle(
  session: Session,
  memory: Memory,
  options: CycleOptions,
): Promise<{ readonly report: Report; readonly memory: Memory }> {
  const { probe, thresholds, pools, gapSeconds, deadline } = options;
  const asking = { version: probe.version, deadline, prepare: !probe.pooled };
  const ages = candidateAges(thresholds, isUnderPressure(memory.lastLook?.pressure ?? 0));
  const snapshot = await observe(session, {
    ...asking,
    followedPids: followedPids(memory),
    sampledApplications: overgrownApplications(memory),
    ages,
    groupsByClient: pools.some(({ per }) => per === "client"),
    limits,
  });
  const question = evidenceDue(snapshot, memory, { gapSeconds, idleSeconds: ages.idleSeconds });
  const gathered = question === null ? null : await gatherEvidence(session, { ...asking, question });
  const look = { snapshot, gathered };
  const usableSlots =
    probe.slots.max_connections -
    probe.slots.reserved_connections -
    probe.slots.superuser_reserved_connections;
  const { memory: after, ...verdict } = classify(look, memory, {
    ...options,
    usableSlots,
    ownSession: probe.ownSession,
  });
  return { report: { ...verdict, snapshot, evidenceFailure: gathered?.failure ?? null }, memory: after };
}
