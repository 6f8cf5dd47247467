import { breakerPhase } from "../breaker.ts";
import { breakerText } from "../breaker-text.ts";
import type { Guard } from "../guard.ts";

export const breakerOpen: Guard = {
  reason: "breaker_open",
  why({ leash: { ledger }, situation, policy, planned }) {
    const phase = breakerPhase(ledger, situation.nowSeconds, policy.breaker);
    if (phase.type === "closed") return null;
    if (phase.type === "half_open" && planned.length === 0) return null;
    return breakerText(phase);
  },
};
