import type { Guard } from "../guard.ts";
import { permitRefusals } from "../permit-refusals.ts";

/** Behind a pooler our session is shared: the lease would be, too. */
export const pooled: Guard = {
  reason: "pooled",
  why: ({ situation: { permits } }) => (permits.isEnforcing ? permitRefusals.pooled(permits) : null),
};
