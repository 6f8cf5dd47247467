import { formatAge } from "../../readable-time.ts";
import type { Guard } from "../guard.ts";

/** Hours of work that paused for a minute are worth a person's look. What is unknown may be much. */
export const tooMuchWorkAtRisk: Guard = {
  reason: "too_much_work_at_risk",
  why({ episode, rule: { maxWorkAtRiskSeconds: most } }) {
    if (most === Infinity) return null;
    const { workAtRiskSeconds } = episode.harm;
    if (workAtRiskSeconds === null) return "nobody knows how much work would be lost";
    return workAtRiskSeconds <= most
      ? null
      : `up to ${formatAge(Math.ceil(workAtRiskSeconds))} of work would be lost, of ${formatAge(most)} allowed`;
  },
};
