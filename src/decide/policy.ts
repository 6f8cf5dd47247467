import type { HarmLevel } from "../classify/harm.ts";
import type { BackendKind } from "../classify/kind.ts";
import type { Target } from "./target.ts";

/** `dry_run` decides and records, and signals nobody. `enforce` needs the flag `--enforce` as well. */
export const policyModes = ["dry_run", "enforce"] as const;

export type PolicyMode = (typeof policyModes)[number];

/** `cancel` ends the statement, `terminate` the session; where a cancel means something it is tried first. */
export const ruleActions = ["cancel", "terminate"] as const;

export type RuleAction = (typeof ruleActions)[number];

/** How many acts are allowed in one look, and in the last minute and hour before it. */
export type Rate = { readonly perLook: number; readonly perMinute: number; readonly perHour: number };

/** One condition on a suspect, with its text in the configuration. */
export type RuleMatcher = { readonly text: string; readonly matches: (target: Target) => boolean };

/** Who may be ended, when, and how many of them. All conditions must hold. `matches` and `isOpenAt` are compiled by `config/`. */
export type Rule = {
  readonly name: string;
  readonly matches: (target: Target) => boolean;
  /** The same one by one: all of them must match. */
  readonly matchers: readonly RuleMatcher[];
  readonly action: RuleAction;
  /** How long the suspect has looked like this leak, at least. */
  readonly minAgeSeconds: number;
  /** On how many looks of this process it was named, and how long ago the first of them was, at least. */
  readonly minSightings: number;
  readonly minFollowedSeconds: number;
  readonly minHarm: HarmLevel;
  /** Used slots over usable ones, 0 to 1, from which on it acts. */
  readonly minPressure: number;
  /** Work that would be lost at most; `Infinity` for any. What is unknown is too much, unless any is allowed. */
  readonly maxWorkAtRiskSeconds: number;
  readonly serverRole: "primary" | "standby" | "any";
  /** Whether this instant (epoch seconds, server's clock) is inside the windows of the rule. */
  readonly isOpenAt: (epochSeconds: number) => boolean;
  /** How long before the act it is announced, at least. */
  readonly warnForSeconds: number;
  readonly rate: Rate;
  /** In an incident a rule may end a greater share than the policy's; `null` for the policy's. */
  readonly share: number | null;
};

/**
 * Who is never ended. `mayMatch` is compiled by `config/` and errs on the side of protection: a field that is unknown may
 * be the one that protects.
 */
export type Protection = { readonly name: string; readonly mayMatch: (target: Target) => boolean };

/** When acting is stopped because it does not help. */
export type BreakerSettings = {
  /**
   * So many acts within the window on one holder, on one application over all its clients, or in all; and the sessions of
   * those who were acted on are as many as before.
   */
  readonly futileActs: number;
  /** So many acts within the window of which nobody could see that they worked. */
  readonly unconfirmedActs: number;
  /** Also how long after it a trial is judged. */
  readonly windowSeconds: number;
  /** After this long, one act is tried again. */
  readonly coolDownSeconds: number;
};

export type Limits = Rate & {
  /** Share of the client sessions, 0 to 1, that may be ended within `shareWindowSeconds`; one always may. */
  readonly share: number;
  readonly shareWindowSeconds: number;
  /** Time between two acts on sessions of the same role, application and client. */
  readonly coolDownSeconds: number;
};

/** What may be done to whom. Without rules, nothing. */
export type Policy = {
  readonly mode: PolicyMode;
  /** A suspect is ended if any rule allows it; the first that does is the one that acts. */
  readonly rules: readonly Rule[];
  readonly protections: readonly Protection[];
  /** Over all rules, on one server. */
  readonly limits: Limits;
  readonly breaker: BreakerSettings;
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** How far back the longest limit reaches, in seconds. */
export function reachOf({ limits, breaker }: Pick<Policy, "limits" | "breaker">): number {
  const { shareWindowSeconds, coolDownSeconds } = limits;
  return Math.max(HOUR, shareWindowSeconds, coolDownSeconds, breaker.windowSeconds);
}

/** The youngest age, in seconds, at which a session may be ended, whatever a rule says. */
export type Floors = Readonly<Record<BackendKind, number>>;

/** What holds in production: nothing that is configured reaches below. Only tests pass others. */
export const builtInFloors: Floors = {
  idle_in_transaction_aborted: MINUTE,
  idle_in_transaction: MINUTE,
  stalled_client: MINUTE,
  stale_active: MINUTE,
  long_transaction: MINUTE,
  never_used: 15 * MINUTE,
  idle_too_long: 15 * MINUTE,
};
