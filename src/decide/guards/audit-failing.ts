import type { Guard } from "../guard.ts";
import { permitRefusals } from "../permit-refusals.ts";

/** What cannot be put on record is not done. */
export const auditFailing: Guard = {
  reason: "audit_failing",
  why: ({ situation: { permits } }) => (permits.isEnforcing ? permitRefusals.audit_failing(permits) : null),
};
