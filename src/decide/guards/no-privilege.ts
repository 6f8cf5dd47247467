import type { Guard } from "../guard.ts";
import { permitRefusals } from "../permit-refusals.ts";

/** Without the grant the server would refuse each act. */
export const noPrivilege: Guard = {
  reason: "no_privilege",
  why: ({ situation: { permits } }) => (permits.isEnforcing ? permitRefusals.no_privilege(permits) : null),
};
