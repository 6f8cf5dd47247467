import { snapshotGauge, type Family } from "./family.ts";
import type { Report } from "./report.ts";
import type { ServerView } from "./view.ts";

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
  const { labelBudget, sessionLabels, suspectLabels, poolLabels, commentLabels } = server;
  const { evidence, exhaustions, snapshot } = report;
  const leftOut = (sets: readonly unknown[] | undefined): number =>
    Math.max(0, (sets?.length ?? 0) - labelBudget);
  return {
    // Those that the look folded have no names to count again.
    pgleash_connections: snapshot.coverage.groupsFolded + sessionLabels.foldedSets,
    pgleash_suspect_connections: suspectLabels.foldedSets,
    pgleash_comment_suspects: commentLabels.foldedSets,
    pgleash_leaked_sessions: poolLabels.foldedSets,
    pgleash_slots_exhaustion_seconds: leftOut(exhaustions),
    pgleash_slots_exhaustion_used_ratio: leftOut(exhaustions),
    pgleash_connection_limit: leftOut(evidence?.connectionLimits),
    pgleash_database_sessions_ended_total: leftOut(evidence?.sessionEndings),
  };
}
