import { emptyTally, type Tally } from "../classify/tally.ts";
import type { PostgresFailure } from "../postgres/failure.ts";
import type { Probe } from "../postgres/probe.ts";
import { admit } from "./label-budget.ts";
import type { Report } from "./report.ts";
import type { ServerView } from "./view.ts";
import { whoOf } from "./who.ts";

/** A server that was not looked at yet. */
export function firstView(server: string, intervalSeconds: number): ServerView {
  return {
    server,
    intervalSeconds,
    probe: null,
    report: null,
    failure: null,
    looks: {
      begun: 0,
      failures: { connect: 0, auth: 0, permission: 0, timeout: 0, protocol: 0, exhausted: 0 },
      connections: 0,
    },
    lastDurationSeconds: null,
    lastSuccessSeconds: null,
    tally: emptyTally,
    sessionLabels: new Map(),
    suspectLabels: new Map(),
  };
}

/** What a look that succeeded adds. */
export type LookResult = {
  readonly report: Report;
  readonly probe: Probe;
  readonly tally: Tally;
  /** The most label sets per metric that are shown under their own names. */
  readonly labelBudget: number;
};

/** The view after a look that succeeded. */
export function viewAfterLook(
  view: ServerView,
  { report, probe, tally, labelBudget }: LookResult,
): ServerView {
  const { takenAtSeconds, groups } = report.snapshot;
  const sessions = groups
    .filter((group) => !group.folded)
    .map((group) => ({ who: whoOf(group), weight: group.sessions }));
  const suspects = report.suspects.map(({ backend }) => ({ who: whoOf(backend), weight: 1 }));
  return {
    ...view,
    probe,
    report,
    tally,
    failure: null,
    sessionLabels: admit(view.sessionLabels, sessions, takenAtSeconds, labelBudget),
    suspectLabels: admit(view.suspectLabels, suspects, takenAtSeconds, labelBudget),
  };
}

/** The view after a look that failed: the counters stay, the snapshot goes. */
export function viewAfterFailure(view: ServerView, failure: PostgresFailure): ServerView {
  const { reason, message } = failure;
  const failures = { ...view.looks.failures, [reason]: view.looks.failures[reason] + 1 };
  return { ...view, report: null, failure: { reason, message }, looks: { ...view.looks, failures } };
}
