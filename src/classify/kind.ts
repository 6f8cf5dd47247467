/**
 * The kinds of leak of which a backend is the subject. The order is the order of precedence: where two kinds fit one
 * backend, the first one names it.
 */
export const backendKinds = [
  "idle_in_transaction_aborted",
  "idle_in_transaction",
  "stalled_client",
  "stale_active",
  "long_transaction",
  "never_used",
  "idle_too_long",
] as const;

export type BackendKind = (typeof backendKinds)[number];

/** All kinds of leak that pgleash tells apart. A kind is also a detector file, a doc page, a config key and a label value. */
export const leakKinds = [...backendKinds, "prepared_transaction", "pool_overgrown"] as const;

export type LeakKind = (typeof leakKinds)[number];
