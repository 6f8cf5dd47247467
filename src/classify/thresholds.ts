import type { Backend } from "../observe/snapshot.ts";
import type { LeakKind } from "./kind.ts";

/** When one kind of leak is reported: first as a suspect, later as leaked. A disabled kind is never reported. */
export type Threshold = {
  readonly enabled: boolean;
  readonly suspectAfterSeconds: number;
  readonly leakedAfterSeconds: number;
};

export type Thresholds = Readonly<Record<LeakKind, Threshold>>;

/** Other thresholds for some backends. `matches` is compiled by `config/`; it says no to what it cannot see. */
export type ThresholdOverride = {
  readonly matches: (backend: Backend) => boolean;
  readonly thresholds: Partial<Thresholds>;
};

/** The thresholds of one server. Overrides are read in order; the first that matches and names the kind decides. */
export type ThresholdRules = {
  readonly defaults: Thresholds;
  readonly overrides: readonly ThresholdOverride[];
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
};

/** The threshold that holds for this backend and kind. */
export function thresholdFor(rules: ThresholdRules, backend: Backend, kind: LeakKind): Threshold {
  for (const override of rules.overrides) {
    const own = override.thresholds[kind];
    if (own !== undefined && override.matches(backend)) return own;
  }
  return rules.defaults[kind];
}

function threshold(suspectAfterSeconds: number, leakedAfterSeconds: number): Threshold {
  return { enabled: true, suspectAfterSeconds, leakedAfterSeconds };
}
