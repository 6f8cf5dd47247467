import type { CandidateAges } from "../observe/snapshot.ts";
import type { LeakKind } from "./kind.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** How young a session may be and still be named by some detector: what a look need not return. */
export function candidateAges(rules: ThresholdRules): CandidateAges {
  return {
    idleInTransactionSeconds: Math.min(
      youngest(rules, "idle_in_transaction"),
      youngest(rules, "idle_in_transaction_aborted"),
    ),
    activeSeconds: youngest(rules, "stale_active"),
    transactionSeconds: youngest(rules, "long_transaction"),
  };
}

function youngest(rules: ThresholdRules, kind: LeakKind): number {
  const thresholds = [rules.defaults[kind], ...rules.overrides.map((override) => override.thresholds[kind])];
  return Math.min(
    ...thresholds.map((threshold) =>
      threshold?.enabled === true ? threshold.suspectAfterSeconds : Infinity,
    ),
  );
}
