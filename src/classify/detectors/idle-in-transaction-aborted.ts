import type { Detector } from "../detector.ts";

/**
 * A statement failed and nobody rolls back: a swallowed exception. `xact_start` is mostly null here, so whoever
 * measures by transaction age never sees it.
 */
export const idleInTransactionAborted: Detector = {
  kind: "idle_in_transaction_aborted",
  sight: "aborted_transactions",
  period: ({ backend }) => (backend.state === "idle in transaction (aborted)" ? backend.stateChange : null),
  ageSeconds: ({ backend }) =>
    backend.state === "idle in transaction (aborted)" ? backend.stateSeconds : null,
};
