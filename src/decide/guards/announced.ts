import { keyOfEpisode } from "../../classify/episode-key.ts";
import { formatAge } from "../../readable-time.ts";
import type { Case, Guard } from "../guard.ts";
import { noticeOf } from "../notice-of.ts";
import { modeOf } from "../situation.ts";
import { isMeantForStatement } from "../target.ts";

/**
 * Nobody is ended without the notice that the rule gives, nor before the time that was announced, nor at a look that sees it
 * amid a statement where only a rest after it will do. The notice runs on meanwhile: such a session comes to rest soon.
 */
export const announced: Guard = {
  reason: "announced",
  why(one) {
    const { episode, rule, situation, leash } = one;
    const announcements = leash.announcements.get(keyOfEpisode(episode)) ?? [];
    const announcement = noticeOf(rule, modeOf(situation), announcements);
    if (announcement === undefined)
      return rule.warnForSeconds === 0
        ? amidStatement(one)
        : `it will be announced, ${formatAge(rule.warnForSeconds)} ahead`;
    const left = announcement.plannedSeconds - situation.nowSeconds;
    return left <= 0
      ? amidStatement(one)
      : `it is announced: at least ${formatAge(Math.ceil(left))} are left`;
  },
};

/**
 * A long transaction is ended only while it is idle. An act that is meant for one of its statements also demands that
 * nothing has changed since the look: amid a statement both can never hold, and the act would come to nothing.
 */
function amidStatement({ episode, rule, target }: Case): string | null {
  if (episode.kind !== "long_transaction" || target.state === "idle in transaction") return null;
  if (!isMeantForStatement(episode, rule, target)) return null;
  const whose = episode.mayDeclare
    ? "a long transaction of a session that may say that it takes long is ended"
    : "a rule that matches by state, query_id or comment ends a long transaction";
  return `it is ${target.state}: ${whose} only at a look that sees it idle in transaction`;
}
