import type { Case } from "./guard.ts";
import { guardsBeforeNotice } from "./guards/index.ts";
import type { Announcement, Leash } from "./leash.ts";
import { noticeOf } from "./notice-of.ts";
import { refusedIfEnforcing, refusedNow } from "./permit-refusals.ts";
import type { Notice } from "./plan.ts";
import type { PolicyMode, Rule } from "./policy.ts";
import { modeOf } from "./situation.ts";
import { targetOf, type SessionEpisode } from "./target.ts";
import { sessionsOfLook, withdrawalOf } from "./withdrawal.ts";

type Announcing = Omit<Case, "episode" | "target" | "rule">;

/**
 * Who is announced after this look: every session that a rule would end, once its notice is over and the budget allows.
 * Whatever no longer is one, because it resolved or a guard spares it, is withdrawn for that reason, and its notice begins
 * anew. Who was acted on keeps no notice, and nothing is withdrawn: the act itself is on record.
 *
 * No permit is asked: a process without the lease announces as well, and says what refuses the act. So the notice does not
 * begin anew when it takes the lease over from a process that has died.
 */
export function announcementsAfter(
  deciding: Announcing,
): Pick<Leash, "announcements"> & { readonly notices: readonly Notice[] } {
  const { situation, leash } = deciding;
  const sessions = sessionsOfLook(situation);
  const announcements = new Map<string, readonly Announcement[]>();
  const mode = modeOf(situation);
  for (const [key, episode] of sessions.suspects) {
    const known = leash.announcements.get(key) ?? [];
    const held = rulesThatWouldAct(episode, deciding).flatMap(
      (rule) => announcementOf(rule, known, { mode, nowSeconds: situation.nowSeconds }) ?? [],
    );
    if (held.length > 0) announcements.set(key, held);
  }
  const { permits } = situation;
  const refusals = permits.isEnforcing ? refusedNow(permits) : refusedIfEnforcing(permits);
  const withdrawn = missing(leash.announcements, announcements)
    .filter(({ episodeKey, announcement }) => leash.acted.get(episodeKey)?.mode !== announcement.mode)
    .map((about) => {
      const withdrawal = withdrawalOf(about, deciding, sessions);
      return { type: "withdrawn", ...about, ...withdrawal } as const;
    });
  const announced = missing(announcements, leash.announcements).flatMap((about) => {
    const episode = sessions.suspects.get(about.episodeKey);
    return episode === undefined ? [] : [{ type: "announced", ...about, episode, refusals } as const];
  });
  // What is withdrawn comes first: a rule that now gives longer notice withdraws, and announces again.
  return { announcements, notices: [...withdrawn, ...announced] };
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

/** Each announcement in `some` that is not in `others`. */
function missing(
  some: Leash["announcements"],
  others: Leash["announcements"],
): readonly { readonly episodeKey: string; readonly announcement: Announcement }[] {
  return [...some].flatMap(([episodeKey, all]) =>
    all
      .filter((one) => others.get(episodeKey)?.includes(one) !== true)
      .map((announcement) => ({ episodeKey, announcement })),
  );
}
