import type { Guard } from "../guard.ts";

/** Roles that replicate: ending them can cost a standby, or a copy that takes days. */
export const replication: Guard = {
  reason: "replication",
  why: ({ episode: { backend } }) =>
    backend.isReplication === false ? null : "its role has REPLICATION, and such roles are never ended",
};
