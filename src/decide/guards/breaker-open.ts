import { breakerText } from "../breaker-text.ts";
import type { Guard } from "../guard.ts";

export const breakerOpen: Guard = {
  reason: "breaker_open",
  why({ spent: { breaker: phase }, planned }) {
    if (phase.type === "closed") return null;
    if (phase.type === "half_open" && planned.length === 0) return null;
    return breakerText(phase);
  },
};
