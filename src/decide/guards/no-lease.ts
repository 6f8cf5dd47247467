import type { Guard } from "../guard.ts";

/** Of several processes on one server, one acts. */
export const noLease: Guard = {
  reason: "no_lease",
  why: ({ situation: { permits } }) =>
    permits.isEnforcing && !permits.hasLease
      ? `pgleash has no lease on this server: ${permits.leaseRefusal ?? "nobody knows why"}`
      : null,
};
