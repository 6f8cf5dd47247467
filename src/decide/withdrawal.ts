import type { Episode, EpisodeEnd } from "../classify/episode.ts";
import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Case } from "./guard.ts";
import { guardsBeforeNotice } from "./guards/index.ts";
import type { Announcement } from "./leash.ts";
import type { SpareReason } from "./reason.ts";
import { modeOf, type Situation } from "./situation.ts";
import { targetOf, type SessionEpisode } from "./target.ts";

/**
 * Why an announcement is withdrawn: how its episode ended; its detector does not name the session at this look, though the
 * episode goes on (`hidden`); its rule is gone, matches no more, or now gives other notice; the mode changed; or a guard
 * spares it.
 */
export type WithdrawalReason =
  | EpisodeEnd
  | "hidden"
  | "rule_gone"
  | "unmatched"
  | "rule_changed"
  | "mode_changed"
  | SpareReason;

/** Why, in a word and in words, and whose session it was. */
export type Withdrawal = {
  readonly reason: WithdrawalReason;
  readonly why: string;
  /** As last seen; `null` where nothing is remembered of it. */
  readonly episode: SessionEpisode | null;
};

const endedWhy: Readonly<Record<EpisodeEnd, string>> = {
  returned: "the session went on",
  vanished: "the session is gone",
  terminated: "pgleash ended the session",
  lost_sight: "nobody knows what became of it meanwhile: sight of the server or of its sessions was lost",
};

/** The sessions of a look, by the key of their episode. */
export type SessionsOfLook = {
  readonly suspects: ReadonlyMap<string, SessionEpisode>;
  readonly ended: ReadonlyMap<string, { readonly episode: SessionEpisode; readonly end: EpisodeEnd }>;
};

/** Those whom a look names, and those of whom it found that they are over. */
export function sessionsOfLook({ suspects, ended }: Situation): SessionsOfLook {
  const sessions = suspects.filter((episode) => "backend" in episode);
  return {
    suspects: new Map(sessions.map((episode) => [keyOfEpisode(episode), episode])),
    ended: new Map(
      ended.flatMap(({ episode, end }) =>
        "backend" in episode ? [[keyOfEpisode(episode), { episode, end }] as const] : [],
      ),
    ),
  };
}

/** Why an announcement that no longer stands is withdrawn. Pure. */
export function withdrawalOf(
  { episodeKey, announcement }: { readonly episodeKey: string; readonly announcement: Announcement },
  deciding: Omit<Case, "episode" | "target" | "rule">,
  { suspects, ended }: SessionsOfLook,
): Withdrawal {
  const { situation, policy } = deciding;
  const suspect = suspects.get(episodeKey);
  const over = ended.get(episodeKey);
  const episode = suspect ?? over?.episode ?? sessionOrNull(situation.openEpisodes.get(episodeKey));
  const withdrawn = (reason: WithdrawalReason, why: string): Withdrawal => ({ reason, why, episode });

  if (over !== undefined) return withdrawn(over.end, endedWhy[over.end]);
  if (episode === null) return withdrawn("lost_sight", endedWhy.lost_sight);
  const rule = policy.rules.find(({ name }) => name === announcement.rule);
  if (rule === undefined) return withdrawn("rule_gone", "the policy has no rule of this name any more");
  if (announcement.mode !== modeOf(situation))
    return withdrawn(
      "mode_changed",
      `it was announced in the mode ${announcement.mode}, which no longer holds`,
    );
  if (suspect === undefined)
    return withdrawn("hidden", "its detector does not name it at this look, though its episode goes on");

  const target = targetOf(situation.server, suspect);
  if (!rule.matches(target)) return withdrawn("unmatched", "the matchers of the rule no longer all match");
  for (const { reason, why: ask } of guardsBeforeNotice) {
    const why = ask({ ...deciding, episode: suspect, target, rule });
    if (why !== null) return withdrawn(reason, why);
  }
  return withdrawn("rule_changed", "the rule gives longer notice now, or takes another action");
}

function sessionOrNull(episode: Episode | undefined): SessionEpisode | null {
  return episode !== undefined && "backend" in episode ? episode : null;
}
