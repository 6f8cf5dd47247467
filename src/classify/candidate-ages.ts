import type { CandidateAges } from "../observe/snapshot.ts";
import type { QuickAges } from "../observe/quick-snapshot.ts";
import type { LeakKind } from "./kind.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** How young a session may be and still be named by some detector: what a look need not return. */
export function candidateAges(rules: ThresholdRules, isUnderPressure: boolean): CandidateAges {
  return {
    idleInTransactionSeconds: Math.min(
      youngest(rules, "idle_in_transaction"),
      youngest(rules, "idle_in_transaction_aborted"),
    ),
    activeSeconds: youngest(rules, "stale_active"),
    transactionSeconds: youngest(rules, "long_transaction"),
    neverUsedSeconds: youngest(rules, "never_used"),
    // Most sessions are idle, and none of them is anybody's business while there are slots for all.
    idleSeconds: isUnderPressure ? youngest(rules, "idle_too_long") : Infinity,
    quietSeconds: youngest(rules, "pool_overgrown"),
  };
}

/** How young an open transaction may be and still be named, as far as a quick look can tell. */
export function quickAges(rules: ThresholdRules): QuickAges {
  return {
    idleInTransactionSeconds: youngest(rules, "idle_in_transaction"),
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
