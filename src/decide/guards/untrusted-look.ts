import type { Guard } from "../guard.ts";

/** After a gap, a restart, or a jump of the clock, ages prove nothing. */
export const untrustedLook: Guard = {
  reason: "untrusted_look",
  why: ({ situation }) => (situation.isTrusted ? null : "no earlier look vouches for this one"),
};
