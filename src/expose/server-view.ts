import { emptyHistory } from "../advise/history.ts";
import { emptyTally } from "../classify/tally.ts";
import { emptyDecisionTally } from "../decide/tally.ts";
import type { PostgresFailure } from "../postgres/failure.ts";
import type { Probe } from "../postgres/probe.ts";
import { suspectBackends, suspectPools } from "./aggregate.ts";
import { commentLabelsOf } from "./comment-labels.ts";
import { admit, emptyBudget, type LabelBudget, type Wanted } from "./label-budget.ts";
import type { Report } from "./report.ts";
import type { ConfiguredRules, ServerView } from "./view.ts";
import { poolWhoOf, whoOf } from "./who.ts";

const noRules: ConfiguredRules = { mode: "dry_run", rules: [] };

/** A server that was not looked at yet. */
export function firstView(
  server: string,
  intervalSeconds: number,
  policy: ConfiguredRules = noRules,
): ServerView {
  return {
    server,
    intervalSeconds,
    probe: null,
    report: null,
    failure: null,
    evidenceFailure: null,
    looks: {
      begun: 0,
      failures: { connect: 0, auth: 0, permission: 0, timeout: 0, protocol: 0, exhausted: 0 },
      connections: 0,
    },
    quickLooks: null,
    lastDurationSeconds: null,
    lastSuccessSeconds: null,
    tally: emptyTally,
    history: emptyHistory,
    decisions: emptyDecisionTally,
    policy,
    labelBudget: 0,
    sessionLabels: emptyBudget,
    suspectLabels: emptyBudget,
    poolLabels: emptyBudget,
    commentLabels: emptyBudget,
    commentKeys: [],
  };
}

/** What a look that succeeded adds. */
export type LookResult = Pick<ServerView, "tally" | "decisions" | "labelBudget" | "commentKeys"> & {
  readonly report: Report;
  readonly probe: Probe;
};

/** The view after a look that succeeded. */
export function viewAfterLook(view: ServerView, look: LookResult): ServerView {
  return {
    ...view,
    ...look,
    ...labelsAfterLook(view, look),
    failure: null,
    evidenceFailure: evidenceFailureAfter(view, look.report),
  };
}

/** Each metric has a budget of its own, or the sessions of a busy server would leave none to its suspects. */
function labelsAfterLook(
  view: ServerView,
  { report, labelBudget, commentKeys }: LookResult,
): Pick<ServerView, "sessionLabels" | "suspectLabels" | "poolLabels" | "commentLabels"> {
  const { takenAtSeconds, groups } = report.snapshot;
  const admitted = (before: LabelBudget, wanted: Wanted): LabelBudget =>
    admit(before, wanted, takenAtSeconds, labelBudget);
  const sessions = groups
    .filter((group) => !group.folded)
    .map((group) => ({ labels: whoOf(group), weight: group.sessions }));
  const suspects = suspectBackends(report).map(({ backend }) => ({ labels: whoOf(backend), weight: 1 }));
  const pools = suspectPools(report).map(({ pool }) => ({
    labels: poolWhoOf(pool),
    weight: pool.leakedSessions,
  }));
  const comments = commentLabelsOf(report.suspects, commentKeys).map(({ labels }) => ({ labels, weight: 1 }));
  // Values of keys that nobody wants any more must not keep those of the new ones out.
  const isSameKeys = commentKeys.join() === view.commentKeys.join();
  return {
    sessionLabels: admitted(view.sessionLabels, sessions),
    suspectLabels: admitted(view.suspectLabels, suspects),
    poolLabels: admitted(view.poolLabels, pools),
    commentLabels: admitted(isSameKeys ? view.commentLabels : emptyBudget, comments),
  };
}

/** Most looks ask for none: what the last answer was holds until the next. */
function evidenceFailureAfter(
  view: ServerView,
  { snapshot, evidence, evidenceFailure }: Report,
): string | null {
  if (evidenceFailure !== null) return evidenceFailure;
  const isOfThisLook = evidence !== null && evidence.takenAtSeconds >= snapshot.takenAtSeconds;
  return isOfThisLook ? null : view.evidenceFailure;
}

/** The view after a look that failed: the counters stay, the snapshot goes. */
export function viewAfterFailure(view: ServerView, failure: PostgresFailure): ServerView {
  const { reason, message } = failure;
  const failures = { ...view.looks.failures, [reason]: view.looks.failures[reason] + 1 };
  return { ...view, report: null, failure: { reason, message }, looks: { ...view.looks, failures } };
}
