import type { BreakerPhase } from "../decide/breaker.ts";
import type { ActedOn, Breaker, Grounds, OpenBreaker } from "../decide/ledger.ts";

/** The breaker of a server. Times are ISO 8601. */
export type BreakerJson = {
  readonly state: Breaker["state"];
  /** Null for a breaker that has never been open. */
  readonly since: string | null;
  readonly why: OpenBreaker["why"] | null;
  readonly phase: BreakerPhase["type"];
  /** When it tries one act, or judges the one that it tried; null where no time is to be waited for. */
  readonly until: string | null;
  /** The acts that opened it; null while it is closed, and where an older version opened it. */
  readonly grounds: GroundsJson | null;
};

/** Names that are of no use to the breadth are null. */
type GroundsJson = {
  readonly breadth: ActedOn["breadth"];
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly client_addr: string | null;
  readonly acts: number;
  readonly sessions_before: number;
  readonly sessions_after: number;
};

/** A breaker, and the phase in which it is. Names of users stand in it. */
export function breakerJson(breaker: Breaker, phase: BreakerPhase): BreakerJson {
  const { state, sinceSeconds } = breaker;
  const { why, grounds } = breaker.state === "open" ? breaker : { why: null, grounds: null };
  return {
    state,
    since: sinceSeconds === 0 ? null : isoTime(sinceSeconds),
    why,
    phase: phase.type,
    until: "untilSeconds" in phase ? isoTime(phase.untilSeconds) : null,
    grounds: grounds === null ? null : groundsJson(grounds),
  };
}

function groundsJson({ actedOn, acts, sessionsBefore, sessionsAfter }: Grounds): GroundsJson {
  return {
    breadth: actedOn.breadth,
    ...namesOf(actedOn),
    acts,
    sessions_before: sessionsBefore,
    sessions_after: sessionsAfter,
  };
}

function namesOf(actedOn: ActedOn): Pick<GroundsJson, "usename" | "application_name" | "client_addr"> {
  if (actedOn.breadth === "everybody") return { usename: null, application_name: null, client_addr: null };
  const isOfHolder = actedOn.breadth === "holder";
  const { usename, applicationName } = isOfHolder ? actedOn.holder : actedOn.application;
  const clientAddr = isOfHolder ? actedOn.holder.clientAddr : null;
  return { usename, application_name: applicationName, client_addr: clientAddr };
}

function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
