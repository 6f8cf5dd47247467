import type { PolicyMode, RuleAction } from "./policy.ts";
import type { Holder } from "./target.ts";

/**
 * What became of an act: `moved_on` when the session was no longer the one decided on, `denied` when the server refused,
 * `not_confirmed` when it was signalled and still there, `failed` when nobody knows.
 */
export const outcomes = ["terminated", "cancelled", "moved_on", "denied", "not_confirmed", "failed"] as const;

export type Outcome = (typeof outcomes)[number];

/** One act, or one that a dry run would have done. Times are epoch seconds by the server's clock. */
export type LedgerEntry = {
  readonly atSeconds: number;
  readonly mode: PolicyMode;
  readonly rule: string;
  readonly action: RuleAction;
  /** `keyOfEpisode`. */
  readonly episode: string;
  readonly holder: Holder;
  /** How many sessions its holder had at the time: acts that work make them fewer. */
  readonly holderSessions: number;
  /** `null` for a dry run, while the act is under way, and when the process died meanwhile. */
  readonly outcome: Outcome | null;
};

/** The breaker of one server. Once closed again it judges only what was done since. */
export type Breaker =
  | { readonly state: "closed"; readonly sinceSeconds: number }
  | { readonly state: "open"; readonly sinceSeconds: number; readonly why: "futile" | "unconfirmed" };

/** What was done lately on one server, oldest first. A value: rebuilt from the audit when the process starts. */
export type Ledger = { readonly entries: readonly LedgerEntry[]; readonly breaker: Breaker };

export const emptyLedger: Ledger = { entries: [], breaker: { state: "closed", sinceSeconds: 0 } };
