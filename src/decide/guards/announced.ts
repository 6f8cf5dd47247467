import { keyOfEpisode } from "../target.ts";
import type { Guard } from "../guard.ts";

/** Nobody is ended without notice. */
export const announced: Guard = {
  reason: "announced",
  why({ episode, rule, situation, leash }) {
    if (rule.warnForSeconds === 0) return null;
    const announcement = leash.announcements.get(keyOfEpisode(episode));
    if (announcement === undefined) return `it will be announced, ${rule.warnForSeconds} s ahead`;
    const left = announcement.plannedSeconds - situation.nowSeconds;
    return left <= 0 ? null : `it is announced: ${left.toFixed(1)} s are left`;
  },
};
