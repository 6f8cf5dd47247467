import type { Guard } from "../guard.ts";

/** What cannot be put on record is not done. */
export const auditFailing: Guard = {
  reason: "audit_failing",
  why: ({ situation: { permits } }) =>
    permits.isEnforcing && !permits.isAuditWorking ? "the audit cannot be written" : null,
};
