import { formatAge } from "../../readable-time.ts";
import type { Guard } from "../guard.ts";

/** After a start everything looks old: what counts is how long this process has watched it. */
export const followedTooBriefly: Guard = {
  reason: "followed_too_briefly",
  why({ episode, rule, situation }) {
    const seconds = situation.nowSeconds - episode.firstSeenSeconds;
    return seconds >= rule.minFollowedSeconds
      ? null
      : `it was followed for ${formatAge(seconds)} of ${formatAge(rule.minFollowedSeconds)}`;
  },
};
