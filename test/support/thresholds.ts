import type { ThresholdRules, Thresholds } from "../../src/classify/thresholds.ts";

/** Every kind enabled, suspected after 10 s and leaked after 60 s. */
export const thresholds: Thresholds = {
  idle_in_transaction_aborted: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  idle_in_transaction: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  stalled_client: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  stale_active: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  long_transaction: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
};

export const rules: ThresholdRules = { defaults: thresholds, overrides: [] };
