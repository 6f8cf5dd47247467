import type { Episode } from "../classify/episode.ts";
import type { Announcement } from "./leash.ts";
import type { Rule, RuleAction } from "./policy.ts";
import type { SpareReason } from "./reason.ts";
import type { Holder, SessionEpisode } from "./target.ts";

/** Somebody is to be ended. */
export type Act = {
  readonly type: "act";
  readonly action: RuleAction;
  readonly episode: SessionEpisode;
  readonly rule: Rule;
  readonly holder: Holder;
  /** How many sessions that holder has. */
  readonly holderSessions: number;
};

/** Somebody is spared, for the first reason that holds. `rule` is the one that came furthest; `null` where none matched. */
export type Spare = {
  readonly type: "spare";
  readonly reason: SpareReason;
  /** Why in words, with what would have to change. */
  readonly why: string;
  readonly episode: Episode;
  readonly rule: Rule | null;
};

export type Decision = Act | Spare;

export const noticeTypes = ["announced", "withdrawn"] as const;

/** What is announced, or withdrawn because it no longer holds. */
export type Notice = {
  readonly type: (typeof noticeTypes)[number];
  readonly episodeKey: string;
  readonly announcement: Announcement;
  /** `null` for a withdrawn one that is gone. */
  readonly episode: SessionEpisode | null;
};

/** Every suspect of a look stands in exactly one decision, the most urgent first. */
export type Plan = { readonly decisions: readonly Decision[]; readonly notices: readonly Notice[] };
