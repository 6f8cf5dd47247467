import type { PolicyMode, RuleAction } from "./policy.ts";
import type { Holder } from "./target.ts";

/**
 * What became of an act: `moved_on` when the session was no longer the one decided on, `denied` when the server refused to signal it
 * at all, `not_confirmed` when it was signalled and still there, `failed` when nobody knows.
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
  /** How many its role had under its application name then, from all clients: a leak may come back from another one. */
  readonly applicationSessions: number;
  /** `null` for a dry run, while the act is under way, and when the process died meanwhile. */
  readonly outcome: Outcome | null;
};

/** Whether its session was not touched: it had moved on, or the server refused the signal. Such an act counts for no limit. */
export function isUntouched({ outcome }: Pick<LedgerEntry, "outcome">): boolean {
  return outcome === "moved_on" || outcome === "denied";
}

/** Who was acted on: one holder, an application whatever its clients, or everybody whose sessions were ended. */
export type ActedOn =
  | { readonly breadth: "holder"; readonly holder: Holder }
  | { readonly breadth: "application"; readonly application: Omit<Holder, "clientAddr"> }
  | { readonly breadth: "everybody" };

/** The acts that opened a breaker. */
export type Grounds = {
  readonly actedOn: ActedOn;
  readonly acts: number;
  /** How many sessions they had in all before the first of these acts, and when the breaker opened. */
  readonly sessionsBefore: number;
  readonly sessionsAfter: number;
};

/** Why a breaker is open: acts did not help, nobody could see that they worked, or the server refused the one that was tried. */
export const breakerCauses = ["futile", "unconfirmed", "denied"] as const;

export type OpenBreaker = {
  readonly state: "open";
  readonly sinceSeconds: number;
  readonly why: (typeof breakerCauses)[number];
  /** `null` on record of a version that did not tell. */
  readonly grounds: Grounds | null;
};

/** The breaker of one server. Once closed again it judges only what was done since. */
export type Breaker = { readonly state: "closed"; readonly sinceSeconds: number } | OpenBreaker;

/**
 * How many entries a ledger holds at most, moved on or not, in both modes: while it is full nobody is acted on. It is as
 * long as the most that a policy may allow in one hour, and so its record in the audit has a bound whatever the windows.
 */
export const MOST_ENTRIES = 10_000;

/** What was done lately on one server, oldest first. A value: rebuilt from the audit when the process starts. */
export type Ledger = { readonly entries: readonly LedgerEntry[]; readonly breaker: Breaker };

export const emptyLedger: Ledger = { entries: [], breaker: { state: "closed", sinceSeconds: 0 } };
