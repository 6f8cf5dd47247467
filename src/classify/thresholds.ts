import type { Backend } from "../observe/snapshot.ts";
import type { BackendKind, LeakKind } from "./kind.ts";

/** When one kind of leak is reported: first as a suspect, later as leaked. A disabled kind is never reported. */
export type Threshold = {
  readonly enabled: boolean;
  readonly suspectAfterSeconds: number;
  readonly leakedAfterSeconds: number;
};

export type Thresholds = Readonly<Record<LeakKind, Threshold>>;

/** What a matcher can see of a suspect. `null`, and the state `unknown`, are not seen. */
export type Matchable = Pick<
  Backend,
  "datname" | "usename" | "applicationName" | "clientAddr" | "state" | "queryId"
>;

/** Other thresholds for some suspects. `matches` is compiled by `config/`; it says no to what it cannot see. */
export type ThresholdOverride = {
  readonly matches: (suspect: Matchable) => boolean;
  readonly thresholds: Partial<Thresholds>;
};

/** Whose work it is. What a session does changes from statement to statement, and a signal could overtake it. */
export type WorkHolder = Pick<Backend, "datname" | "usename" | "applicationName" | "clientAddr">;

/** Work that the operator expects to last: nobody whom it matches is a suspect of these kinds before that age. */
export type ExpectedWork = {
  readonly matches: (holder: WorkHolder) => boolean;
  readonly kinds: readonly BackendKind[];
  /** `config/` bounds it: nothing is expected for ever. */
  readonly forSeconds: number;
  /** For people; `null` where none is given. */
  readonly reason: string | null;
};

/** What says whose a session is, and what it cannot choose itself. */
export type MarkerHolder = Pick<Backend, "datname" | "usename" | "clientAddr">;

/** Whose sessions may say of themselves how long they take, and how much of it is believed. */
export type MarkerAllowance = {
  readonly matches: (holder: MarkerHolder) => boolean;
  /** Of one marker, from the start of the statement on. */
  readonly atMostSeconds: number;
  /** Of all markers of one transaction together, from its start on. */
  readonly inAllSeconds: number;
};

/**
 * The thresholds of one server, and what is expected there. Overrides, expected work and allowances are read in order; the
 * first that matches, and names the kind, decides.
 */
export type ThresholdRules = {
  readonly defaults: Thresholds;
  readonly overrides: readonly ThresholdOverride[];
  readonly expected: readonly ExpectedWork[];
  /** Without any, markers are not even read. */
  readonly markers: readonly MarkerAllowance[];
};

const MINUTE = 60;
const HOUR = 3600;

/** What holds where nothing is configured. Evidence for the figures: `docs/detectors/`. */
export const builtInThresholds: Thresholds = {
  idle_in_transaction_aborted: threshold(MINUTE, 10 * MINUTE),
  idle_in_transaction: threshold(MINUTE, 10 * MINUTE),
  stalled_client: threshold(5 * MINUTE, 30 * MINUTE),
  stale_active: threshold(30 * MINUTE, 2 * HOUR),
  long_transaction: threshold(15 * MINUTE, HOUR),
  never_used: threshold(10 * MINUTE, HOUR),
  // A healthy pool looks the same: whoever wants it must say so.
  idle_too_long: { ...threshold(HOUR, 24 * HOUR), enabled: false },
  prepared_transaction: threshold(MINUTE, 10 * MINUTE),
  pool_overgrown: threshold(MINUTE, 10 * MINUTE),
};

/** The same, with nobody excepted and nothing expected. */
export const builtInRules: ThresholdRules = {
  defaults: builtInThresholds,
  overrides: [],
  expected: [],
  markers: [],
};

/** The threshold that holds for this suspect and kind. */
export function thresholdFor(rules: ThresholdRules, suspect: Matchable, kind: LeakKind): Threshold {
  for (const override of rules.overrides) {
    const own = override.thresholds[kind];
    if (own !== undefined && override.matches(suspect)) return own;
  }
  return rules.defaults[kind];
}

function threshold(suspectAfterSeconds: number, leakedAfterSeconds: number): Threshold {
  return { enabled: true, suspectAfterSeconds, leakedAfterSeconds };
}
