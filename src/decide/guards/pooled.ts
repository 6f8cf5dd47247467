import type { Guard } from "../guard.ts";

/** Behind a pooler our session is shared: the lease would be, too. */
export const pooled: Guard = {
  reason: "pooled",
  why: ({ situation: { permits } }) =>
    permits.isEnforcing && permits.isPooled
      ? "a pooler sits in between: connect pgleash to the server itself"
      : null,
};
