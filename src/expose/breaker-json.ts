import type { BreakerPhase } from "../decide/breaker.ts";
import { groundsFields, type GroundsFields } from "../decide/grounds-fields.ts";
import type { Breaker, OpenBreaker } from "../decide/ledger.ts";

/** The breaker of a server. Times are ISO 8601. */
export type BreakerJson = {
  readonly state: Breaker["state"];
  /** Null for a breaker that has never been open. */
  readonly since: string | null;
  readonly why: OpenBreaker["why"] | null;
  readonly phase: BreakerPhase["type"];
  /** When it tries one act, or has judged the one that it tried; null where no time is to be waited for. */
  readonly until: string | null;
  /** The acts that opened it; null while it is closed, and where an older version opened it. */
  readonly grounds: GroundsFields | null;
};

/** A breaker, and the phase in which it is. Names of users stand in it. */
export function breakerJson(breaker: Breaker, phase: BreakerPhase): BreakerJson {
  const { state, sinceSeconds } = breaker;
  const untilSeconds = "untilSeconds" in phase ? phase.untilSeconds : null;
  const { why, grounds } = breaker.state === "open" ? breaker : { why: null, grounds: null };
  return {
    state,
    since: sinceSeconds === 0 ? null : isoTime(sinceSeconds),
    why,
    phase: phase.type,
    until: untilSeconds === null ? null : isoTime(untilSeconds),
    grounds: grounds === null ? null : groundsFields(grounds),
  };
}

function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
