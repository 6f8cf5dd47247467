import type { Guard } from "../guard.ts";

/** The rule names an age, and no rule reaches below the floor: a typing mistake must not cost sessions. */
export const tooYoung: Guard = {
  reason: "too_young",
  why({ episode, rule, floors }) {
    const needed = Math.max(rule.minAgeSeconds, floors[episode.kind]);
    return episode.ageSeconds >= needed ? null : `it is ${inSeconds(episode.ageSeconds)} old, of ${needed} s`;
  },
};

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}
