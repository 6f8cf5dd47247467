import type { Episode } from "../classify/episode.ts";
import type { Announcement } from "./leash.ts";
import type { Refusal } from "./permit-refusals.ts";
import type { Rule, RuleAction } from "./policy.ts";
import type { SpareReason } from "./reason.ts";
import type { Holder, SessionEpisode } from "./target.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** Somebody is to be ended. */
export type Act = {
  readonly type: "act";
  readonly action: RuleAction;
  readonly episode: SessionEpisode;
  readonly rule: Rule;
  /** It is meant for the present statement: once the session goes on, it is for nobody, though the transaction is the same. */
  readonly isOfStatement: boolean;
  readonly holder: Holder;
  /** How many sessions that holder has, and its role under its application name from all clients. */
  readonly holderSessions: number;
  readonly applicationSessions: number;
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

type About = { readonly episodeKey: string; readonly announcement: Announcement };

/** Somebody is to be ended, not before the planned time. Told once, and again when a notice begins that was held. */
export type AnnouncedNotice = About & {
  readonly type: "announced";
  readonly episode: SessionEpisode;
  /** What would refuse the act if it came now: this process then announces what another may do, or it itself later on. */
  readonly refusals: readonly Refusal[];
};

/** What was announced no longer holds. */
export type WithdrawnNotice = About & Withdrawal & { readonly type: "withdrawn" };

export type Notice = AnnouncedNotice | WithdrawnNotice;

/** Every suspect of a look stands in exactly one decision, the most urgent first. */
export type Plan = { readonly decisions: readonly Decision[]; readonly notices: readonly Notice[] };
