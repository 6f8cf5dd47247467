import type { Case } from "./guard.ts";
import { guardsBeforeNotice } from "./guards/index.ts";
import type { Announcement } from "./leash.ts";
import type { Notice } from "./plan.ts";
import type { Rule } from "./policy.ts";
import { keyOfEpisode, targetOf, type SessionEpisode } from "./target.ts";

type Announcing = Omit<Case, "episode" | "target" | "rule">;

/**
 * Who is announced after this look: every session that a rule would end, once its notice is over and the budget allows.
 * Whatever no longer is one, because it resolved or a guard spares it, is withdrawn, and its notice begins anew.
 */
export function announcementsAfter(deciding: Announcing): {
  readonly announcements: ReadonlyMap<string, Announcement>;
  readonly notices: readonly Notice[];
} {
  const before = deciding.leash.announcements;
  const announcements = new Map<string, Announcement>();
  const notices: Notice[] = [];
  const episodes = new Map<string, SessionEpisode>();
  for (const episode of deciding.situation.suspects) {
    if (!("backend" in episode)) continue;
    const key = keyOfEpisode(episode);
    episodes.set(key, episode);
    const rule = ruleThatWouldAct(episode, deciding);
    if (rule === undefined || rule.warnForSeconds === 0) continue;
    const { nowSeconds } = deciding.situation;
    const announcement = before.get(key) ?? {
      rule: rule.name,
      announcedSeconds: nowSeconds,
      plannedSeconds: nowSeconds + rule.warnForSeconds,
    };
    announcements.set(key, announcement);
    if (!before.has(key)) notices.push({ type: "announced", episodeKey: key, announcement, episode });
  }
  for (const [key, announcement] of before) {
    // Who was acted on keeps no notice, and nothing is withdrawn: the act itself is on record.
    if (announcements.has(key) || deciding.leash.acted.has(key)) continue;
    notices.push({ type: "withdrawn", episodeKey: key, announcement, episode: episodes.get(key) ?? null });
  }
  return { announcements, notices };
}

/** The first rule whose conditions all hold, but for notice, budget and permits. */
function ruleThatWouldAct(episode: SessionEpisode, deciding: Announcing): Rule | undefined {
  const target = targetOf(deciding.situation.server, episode);
  return deciding.policy.rules.find((rule) => {
    const one = { ...deciding, episode, target, rule };
    return rule.matches(target) && guardsBeforeNotice.every((guard) => guard.why(one) === null);
  });
}
