import type { Detector } from "../detector.ts";

/**
 * A statement waits for a client that neither sends nor reads: an unread result, a COPY whose sender stopped. It is
 * `active`, so no timeout of the server ends it, not even `transaction_timeout`.
 */
export const stalledClient: Detector = {
  kind: "stalled_client",
  sight: "statements",
  // A statement that moved in between began a new wait, and with it a new period.
  period: ({ backend, clientWait }) =>
    clientWait === null ? null : `${backend.queryStart} ${clientWait.sinceSeconds}`,
  ageSeconds: ({ clientWait }) => clientWait?.seconds ?? null,
};
