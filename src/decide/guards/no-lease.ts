import type { Guard } from "../guard.ts";
import { permitRefusals } from "../permit-refusals.ts";

/** Of several processes on one server, one acts. */
export const noLease: Guard = {
  reason: "no_lease",
  why: ({ situation: { permits } }) => (permits.isEnforcing ? permitRefusals.no_lease(permits) : null),
};
