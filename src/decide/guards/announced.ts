import { keyOfEpisode } from "../../classify/episode-key.ts";
import { formatAge } from "../../readable-time.ts";
import type { Guard } from "../guard.ts";
import { noticeOf } from "../notice-of.ts";
import { modeOf } from "../situation.ts";

/** Nobody is ended without the notice that the rule gives, nor before the time that was announced. */
export const announced: Guard = {
  reason: "announced",
  why({ episode, rule, situation, leash }) {
    const announcements = leash.announcements.get(keyOfEpisode(episode)) ?? [];
    const announcement = noticeOf(rule, modeOf(situation), announcements);
    if (announcement === undefined)
      return rule.warnForSeconds === 0
        ? null
        : `it will be announced, ${formatAge(rule.warnForSeconds)} ahead`;
    const left = announcement.plannedSeconds - situation.nowSeconds;
    return left <= 0 ? null : `it is announced: at least ${formatAge(Math.ceil(left))} are left`;
  },
};
