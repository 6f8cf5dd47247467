import type { Case } from "./guard.ts";
import { breakerOpen } from "./guards/breaker-open.ts";
import { guardsBeforeNotice, guardsOfNotice } from "./guards/index.ts";
import type { Announcement, Leash } from "./leash.ts";
import { noticeOf } from "./notice-of.ts";
import { refusedIfEnforcing, refusedNow, type Refusal } from "./permit-refusals.ts";
import type { AnnouncedNotice, Notice } from "./plan.ts";
import { modeOf } from "./situation.ts";
import { targetOf, type SessionEpisode } from "./target.ts";
import { sessionsOfLook, withdrawalOf } from "./withdrawal.ts";

type Announcing = Omit<Case, "episode" | "target" | "rule">;

/**
 * Who is announced after this look: every session that a rule would end, once its notice is over and the budget allows.
 * Whatever no longer is one, because it resolved or a guard spares it, is withdrawn for that reason, and its notice begins
 * anew. Who was acted on keeps no notice, and nothing is withdrawn: the act itself is on record.
 *
 * A process that may not act announces as well, and says what refuses the act. Its notice runs while only the lease is
 * missing: so it does not begin anew when it takes the lease over from a process that has died. Whatever else refuses holds
 * the notice; once nothing does, it begins, and is announced again.
 */
export function announcementsAfter(
  deciding: Announcing,
): Pick<Leash, "announcements"> & { readonly notices: readonly Notice[] } {
  const { situation, leash } = deciding;
  const sessions = sessionsOfLook(situation);
  const announcements = new Map<string, readonly Announcement[]>();
  const announced: AnnouncedNotice[] = [];
  for (const [episodeKey, episode] of sessions.suspects) {
    const known = leash.announcements.get(episodeKey) ?? [];
    const now: Announcement[] = [];
    for (const one of casesToAnnounce(episode, deciding)) {
      const announcement = announcementOf(one, known);
      if (announcement === null) continue;
      now.push(announcement);
      if (isToBeTold(announcement, known))
        announced.push({ type: "announced", episodeKey, announcement, episode, refusals: refusalsOf(one) });
    }
    if (now.length > 0) announcements.set(episodeKey, now);
  }
  const withdrawn = missing(leash.announcements, announcements)
    .filter(({ episodeKey, announcement }) => leash.acted.get(episodeKey)?.mode !== announcement.mode)
    .map((about) => {
      const withdrawal = withdrawalOf(about, deciding, sessions);
      return { type: "withdrawn", ...about, ...withdrawal } as const;
    });
  // What is withdrawn comes first: a rule that now gives longer notice withdraws, and announces again.
  return { announcements, notices: [...withdrawn, ...announced] };
}

/** The session under every rule whose conditions all hold, but for notice, budget and permits. */
function casesToAnnounce(episode: SessionEpisode, deciding: Announcing): readonly Case[] {
  const target = targetOf(deciding.situation.server, episode);
  return deciding.policy.rules
    .filter((rule) => rule.matches(target))
    .map((rule) => ({ ...deciding, episode, target, rule }))
    .filter((one) => guardsBeforeNotice.every((guard) => guard.why(one) === null));
}

/**
 * What was announced stands, also when the rule now gives shorter notice; not when it gives longer one than runs already,
 * takes another action, or is no longer a dry run.
 */
function announcementOf(one: Case, known: readonly Announcement[]): Announcement | null {
  const { rule, situation } = one;
  const { name, action, warnForSeconds } = rule;
  const { nowSeconds } = situation;
  const mode = modeOf(situation);
  const told = noticeOf(rule, mode, known);
  const isHeld = guardsOfNotice.some((guard) => guard.why(one) !== null);
  const begins = {
    noticeSinceSeconds: isHeld ? null : nowSeconds,
    plannedSeconds: nowSeconds + warnForSeconds,
  };
  if (told !== undefined) {
    const { noticeSinceSeconds, plannedSeconds } = told;
    if (isHeld || noticeSinceSeconds === null)
      return { ...told, ...begins, plannedSeconds: Math.max(plannedSeconds, begins.plannedSeconds) };
    if (plannedSeconds >= noticeSinceSeconds + warnForSeconds) return told;
  }
  if (warnForSeconds === 0) return null;
  return { rule: name, mode, action, announcedSeconds: nowSeconds, ...begins };
}

/** One that is new, and one whose notice begins: only now is there a time to be relied on. */
function isToBeTold(announcement: Announcement, known: readonly Announcement[]): boolean {
  const before = known.find((one) => isSame(one, announcement));
  if (before === undefined) return true;
  return before.noticeSinceSeconds === null && announcement.noticeSinceSeconds !== null;
}

/** What would refuse the act if it came now; in a dry run, if it enforced. */
function refusalsOf(one: Case): readonly Refusal[] {
  const { permits } = one.situation;
  const why = breakerOpen.why(one);
  return [
    ...(why === null ? [] : [{ reason: breakerOpen.reason, why }]),
    ...(permits.isEnforcing ? refusedNow(permits) : refusedIfEnforcing(permits)),
  ];
}

/** Whether it is the same announcement, wherever its notice stands. */
function isSame(a: Announcement, b: Announcement): boolean {
  return (
    a.rule === b.rule &&
    a.mode === b.mode &&
    a.action === b.action &&
    a.announcedSeconds === b.announcedSeconds
  );
}

/** Each announcement in `some` that is not in `others`. */
function missing(
  some: Leash["announcements"],
  others: Leash["announcements"],
): readonly { readonly episodeKey: string; readonly announcement: Announcement }[] {
  return [...some].flatMap(([episodeKey, all]) =>
    all
      .filter((one) => others.get(episodeKey)?.some((other) => isSame(one, other)) !== true)
      .map((announcement) => ({ episodeKey, announcement })),
  );
}
