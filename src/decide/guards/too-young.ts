import { formatAge } from "../../readable-time.ts";
import type { Guard } from "../guard.ts";

/** The rule names an age, and no rule reaches below the floor: a typing mistake must not cost sessions. An endless age is none. */
export const tooYoung: Guard = {
  reason: "too_young",
  why({ episode, rule, floors }) {
    const needed = Math.max(rule.minAgeSeconds, floors[episode.kind]);
    const isOld = Number.isFinite(episode.ageSeconds) && episode.ageSeconds >= needed;
    return isOld ? null : `it is ${formatAge(episode.ageSeconds)} old, of ${formatAge(needed)}`;
  },
};
