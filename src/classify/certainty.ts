import type { LeakKind } from "./kind.ts";

/** How much a verdict of a kind proves: `low` cannot be told from honest work by the view alone. */
export type Certainty = "high" | "medium" | "low";

/** The reasons stand in the files of the detectors, and in `docs/detectors/`. */
export const certainties: Readonly<Record<LeakKind, Certainty>> = {
  idle_in_transaction_aborted: "high",
  idle_in_transaction: "high",
  stalled_client: "medium",
  stale_active: "low",
  long_transaction: "medium",
  never_used: "medium",
  idle_too_long: "low",
  prepared_transaction: "high",
  pool_overgrown: "medium",
};
