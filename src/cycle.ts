import { candidateAges } from "./classify/candidate-ages.ts";
import { classify } from "./classify/classify.ts";
import { followedPids, type Memory } from "./classify/memory.ts";
import type { ThresholdRules } from "./classify/thresholds.ts";
import type { Report } from "./expose/report.ts";
import { observe } from "./observe/observe.ts";
import type { Deadline } from "./postgres/deadline.ts";
import type { Probe } from "./postgres/probe.ts";
import type { Session } from "./postgres/session.ts";

export type CycleOptions = {
  readonly probe: Probe;
  readonly thresholds: ThresholdRules;
  readonly gapSeconds: number;
  readonly believesRows: boolean;
  readonly deadline: Deadline;
};

/** So many sessions leak at once in the worst of incidents, and so many groups fit a page; a row weighs half a kilobyte. */
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
  const snapshot = await observe(session, {
    version: options.probe.version,
    followedPids: followedPids(memory),
    ages: candidateAges(options.thresholds),
    limits,
    deadline: options.deadline,
    prepare: !options.probe.pooled,
  });
  const verdict = classify(snapshot, memory, options);
  return { report: { snapshot, suspects: verdict.suspects, events: verdict.events }, memory: verdict.memory };
}
