/**
 * The kinds of leak that pgleash tells apart. The order is the order of precedence: where two kinds fit one
 * backend, the first one names it. A kind is also a detector file, a doc page, a config key and a label value.
 */
export const leakKinds = [
  "idle_in_transaction_aborted",
  "idle_in_transaction",
  "stalled_client",
  "stale_active",
  "long_transaction",
] as const;

export type LeakKind = (typeof leakKinds)[number];
