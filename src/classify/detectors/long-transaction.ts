import type { Backend } from "../../observe/snapshot.ts";
import type { Detector } from "../detector.ts";

/**
 * A transaction that never ends while its statements keep changing: autocommit off, or a connection that went back
 * to its pool with a transaction open. Its idle times look healthy; only the age of the transaction tells.
 */
export const longTransaction: Detector = {
  kind: "long_transaction",
  certainty: "medium",
  sight: "open_transactions",
  period: ({ backend }) => (isInTransaction(backend) ? backend.xactStart : null),
  ageSeconds: ({ backend }, threshold) =>
    isInTransaction(backend) && !isExcused(backend) && keepsChanging(backend, threshold.suspectAfterSeconds)
      ? backend.xactSeconds
      : null,
};

function isInTransaction(backend: Backend): boolean {
  return backend.state === "active" || backend.state === "idle in transaction";
}

/** One statement that fills the whole transaction is `stale_active`'s matter, one idle period that of `idle_in_transaction`. */
function keepsChanging(backend: Backend, longSeconds: number): boolean {
  return backend.stateSeconds !== null && backend.stateSeconds < longSeconds;
}

/** Maintenance works in one long transaction, and a waiter is a victim. */
function isExcused(backend: Backend): boolean {
  return backend.progress !== null || (backend.state === "active" && backend.waitEventType === "Lock");
}
