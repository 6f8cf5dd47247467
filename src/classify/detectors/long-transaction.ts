import type { Backend } from "../../observe/snapshot.ts";
import type { Detector } from "../detector.ts";
import { isSpared } from "../excuse.ts";

/**
 * A transaction that never ends while its statements keep changing: autocommit off, or a connection that went back
 * to its pool with a transaction open. Its idle times look healthy; only the age of the transaction tells.
 */
export const longTransaction: Detector = {
  kind: "long_transaction",
  sight: "open_transactions",
  // Whatever the session does meanwhile, an error inside a savepoint included, the transaction is the same.
  period: ({ backend }) => (backend.state === "starting" ? null : backend.xactStart),
  ageSeconds({ backend, unsparedSeconds }, threshold) {
    const isAtWork = backend.state === "active" || backend.state === "idle in transaction";
    if (!isAtWork || isSpared(backend) || backend.xactSeconds === null) return null;
    const keepsChanging = isYoung(backend, backend.xactSeconds, threshold.suspectAfterSeconds);
    return keepsChanging ? Math.min(backend.xactSeconds, unsparedSeconds) : null;
  },
};

/** One statement, or one idle period, that fills most of the transaction is the matter of another kind. */
function isYoung({ stateSeconds }: Backend, xactSeconds: number, longSeconds: number): boolean {
  return stateSeconds !== null && stateSeconds < Math.min(longSeconds, xactSeconds / 2);
}
