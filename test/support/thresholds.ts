import type { ClassifyOptions } from "../../src/classify/classify.ts";
import type { ThresholdRules, Thresholds } from "../../src/classify/thresholds.ts";

/** Every kind enabled, suspected after 10 s and leaked after 60 s. */
export const thresholds: Thresholds = {
  idle_in_transaction_aborted: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  idle_in_transaction: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  stalled_client: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  stale_active: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  long_transaction: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  never_used: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  idle_too_long: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  prepared_transaction: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
  pool_overgrown: { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 60 },
};

export const rules: ThresholdRules = { defaults: thresholds, overrides: [], expected: [], markers: [] };

/** How the tests judge: nothing is declared, a hundred slots less three, looks up to 30 s apart vouch for one another. */
export const judging: ClassifyOptions = {
  thresholds: rules,
  pools: [],
  commentKeys: [],
  usableSlots: 97,
  ownSession: { datname: "postgres", usename: "pgleash" },
  gapSeconds: 30,
  sinceLastLookSeconds: null,
  isOutOfTurn: false,
  believesRows: false,
  terminated: new Set(),
};
