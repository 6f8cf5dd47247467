import type { Guard } from "../guard.ts";

/** Without the grant the server would refuse each act. */
export const noPrivilege: Guard = {
  reason: "no_privilege",
  why: ({ situation: { permits } }) =>
    permits.isEnforcing && !permits.canSignal ? "our role is no member of pg_signal_backend" : null,
};
