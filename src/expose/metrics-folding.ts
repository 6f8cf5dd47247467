import { foldedGroups, suspectBackends, suspectPools } from "./aggregate.ts";
import { commentLabelsOf } from "./comment-labels.ts";
import { snapshotGauge, type Family } from "./family.ts";
import { foldedSets } from "./label-budget.ts";
import type { Report } from "./report.ts";
import type { ServerView } from "./view.ts";
import { poolWhoOf, whoOf } from "./who.ts";

/** What the label budget keeps off the page. */
export const foldingMetrics: readonly Family[] = [
  snapshotGauge(
    "pgleash_folded_label_sets",
    "Label sets beyond the budget, by metric: summed under …other, or left out where a sum would mean nothing.",
    ["metric"],
    (report, server) =>
      Object.entries(beyondBudget(report, server)).map(([metric, value]) => ({ labels: { metric }, value })),
  ),
];

function beyondBudget(report: Report, server: ServerView): Readonly<Record<string, number>> {
  const { labelBudget, sessionLabels, suspectLabels, poolLabels, commentLabels, commentKeys } = server;
  const { evidence, exhaustions, suspects } = report;
  const holders = suspectBackends(report).map(({ backend }) => whoOf(backend));
  const pools = suspectPools(report).map(({ pool }) => poolWhoOf(pool));
  const comments = commentLabelsOf(suspects, commentKeys).map(({ labels }) => labels);
  const leftOut = (sets: readonly unknown[] | undefined): number =>
    Math.max(0, (sets?.length ?? 0) - labelBudget);
  return {
    pgleash_connections: foldedGroups(report, sessionLabels),
    pgleash_suspect_connections: foldedSets(suspectLabels, holders),
    pgleash_comment_suspects: foldedSets(commentLabels, comments),
    pgleash_leaked_sessions: foldedSets(poolLabels, pools),
    pgleash_slots_exhaustion_seconds: leftOut(exhaustions),
    pgleash_slots_exhaustion_used_ratio: leftOut(exhaustions),
    pgleash_connection_limit: leftOut(evidence?.connectionLimits),
    pgleash_database_sessions_ended_total: leftOut(evidence?.sessionEndings),
  };
}
