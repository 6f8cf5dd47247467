import type { Guard } from "../guard.ts";

/** Backups, dumps, migrations, and whoever else the operator names. */
export const protectedSession: Guard = {
  reason: "protected",
  why({ target, policy }) {
    const protection = policy.protections.find(({ mayMatch }) => mayMatch(target));
    return protection === undefined ? null : `it is protected as ${protection.name}`;
  },
};
