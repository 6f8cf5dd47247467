import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Case } from "./guard.ts";
import { guardsBeforeNotice } from "./guards/index.ts";
import type { Announcement, Leash } from "./leash.ts";
import { noticeOf } from "./notice-of.ts";
import type { Notice } from "./plan.ts";
import type { PolicyMode, Rule } from "./policy.ts";
import { modeOf } from "./situation.ts";
import { targetOf, type SessionEpisode } from "./target.ts";

type Announcing = Omit<Case, "episode" | "target" | "rule">;

/**
 * Who is announced after this look: every session that a rule would end, once its notice is over and the budget allows.
 * Whatever no longer is one, because it resolved or a guard spares it, is withdrawn, and its notice begins anew. Who was
 * acted on keeps no notice, and nothing is withdrawn: the act itself is on record.
 */
export function announcementsAfter(
  deciding: Announcing,
): Pick<Leash, "announcements"> & { readonly notices: readonly Notice[] } {
  const { situation, leash } = deciding;
  const sessions = situation.suspects.filter((episode) => "backend" in episode);
  const episodes = new Map(sessions.map((episode) => [keyOfEpisode(episode), episode]));
  const announcements = new Map<string, readonly Announcement[]>();
  const mode = modeOf(situation);
  for (const [key, episode] of episodes) {
    const known = leash.announcements.get(key) ?? [];
    const held = rulesThatWouldAct(episode, deciding).flatMap(
      (rule) => announcementOf(rule, known, { mode, nowSeconds: situation.nowSeconds }) ?? [],
    );
    if (held.length > 0) announcements.set(key, held);
  }
  const open = new Map([...leash.announcements].filter(([key]) => leash.acted.get(key)?.mode !== mode));
  const about = (type: Notice["type"]) => (episodeKey: string, announcement: Announcement) => {
    return { type, episodeKey, announcement, episode: episodes.get(episodeKey) ?? null };
  };
  return {
    announcements,
    // What is withdrawn comes first: a rule that now gives longer notice withdraws, and announces again.
    notices: [
      ...missing(open, announcements, about("withdrawn")),
      ...missing(announcements, leash.announcements, about("announced")),
    ],
  };
}

/** Every rule whose conditions all hold, but for notice, budget and permits. */
function rulesThatWouldAct(episode: SessionEpisode, deciding: Announcing): readonly Rule[] {
  const target = targetOf(deciding.situation.server, episode);
  return deciding.policy.rules.filter((rule) => {
    const one = { ...deciding, episode, target, rule };
    return rule.matches(target) && guardsBeforeNotice.every((guard) => guard.why(one) === null);
  });
}

/**
 * What was announced stands, also when the rule now gives shorter notice; not when it gives longer one, takes another
 * action, or is no longer a dry run.
 */
function announcementOf(
  rule: Rule,
  known: readonly Announcement[],
  { mode, nowSeconds }: { readonly mode: PolicyMode; readonly nowSeconds: number },
): Announcement | null {
  const { name, action, warnForSeconds } = rule;
  const told = noticeOf(rule, mode, known);
  if (told !== undefined && told.plannedSeconds >= told.announcedSeconds + warnForSeconds) return told;
  if (warnForSeconds === 0) return null;
  return {
    rule: name,
    mode,
    action,
    announcedSeconds: nowSeconds,
    plannedSeconds: nowSeconds + warnForSeconds,
  };
}

/** What is made of each announcement in `some` that is not in `others`. */
function missing<T>(
  some: Leash["announcements"],
  others: Leash["announcements"],
  make: (episodeKey: string, announcement: Announcement) => T,
): readonly T[] {
  return [...some].flatMap(([key, all]) =>
    all.filter((one) => others.get(key)?.includes(one) !== true).map((one) => make(key, one)),
  );
}
