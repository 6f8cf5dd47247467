import type { Guard } from "../guard.ts";

/** Its transaction is committed already; to signal it would make its client believe otherwise (syncrep.c). */
export const waitsForStandby: Guard = {
  reason: "waits_for_standby",
  why: ({ episode: { backend } }) =>
    backend.waitEvent === "SyncRep" ? "it waits for a standby to confirm its commit" : null,
};
