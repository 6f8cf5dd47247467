import type { Detector } from "../detector.ts";

/** A transaction was opened and nobody finishes it: a session never closed, a commit forgotten. */
export const idleInTransaction: Detector = {
  kind: "idle_in_transaction",
  sight: "open_transactions",
  period: ({ backend }) => (backend.state === "idle in transaction" ? backend.stateChange : null),
  ageSeconds: ({ backend }) => (backend.state === "idle in transaction" ? backend.stateSeconds : null),
};
