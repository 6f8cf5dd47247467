import type { Guard } from "../guard.ts";

/** A rule for a primary must not act on what became a standby, or the other way round. */
export const wrongServerRole: Guard = {
  reason: "wrong_server_role",
  why({ rule, situation }) {
    const role = situation.standby ? "standby" : "primary";
    return rule.serverRole === "any" || rule.serverRole === role ? null : `the server is a ${role}`;
  },
};
