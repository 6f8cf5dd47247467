import { emptyLedger, type Ledger, type Outcome } from "./ledger.ts";
import type { PolicyMode, RuleAction } from "./policy.ts";

/** The announcement of an act. Times are epoch seconds by the server's clock. */
export type Announcement = {
  readonly rule: string;
  /** What is announced: that a dry run would end a session is no notice that it will be. */
  readonly mode: PolicyMode;
  readonly action: RuleAction;
  /** When it was announced first. */
  readonly announcedSeconds: number;
  /** When its notice began to run; `null` while this process could not act, whatever the notice. */
  readonly noticeSinceSeconds: number | null;
  /** Not before this time. It moves on while no notice runs. */
  readonly plannedSeconds: number;
};

/** How often an episode was acted on, and what came of it last; `null` for a dry run, and when nobody knows. */
export type Acted = {
  readonly mode: PolicyMode;
  readonly attempts: number;
  readonly outcome: Outcome | null;
};

/** All that is remembered between decisions about one server. Both maps are by `keyOfEpisode`. */
export type Leash = {
  readonly ledger: Ledger;
  /** Bounded by the suspects of a look; one for each rule, since each promises a notice of its own. */
  readonly announcements: ReadonlyMap<string, readonly Announcement[]>;
  /** Bounded by the open episodes and the ledger. */
  readonly acted: ReadonlyMap<string, Acted>;
};

/** What a process knows before its first decision, if the audit tells of none. */
export const emptyLeash: Leash = { ledger: emptyLedger, announcements: new Map(), acted: new Map() };
