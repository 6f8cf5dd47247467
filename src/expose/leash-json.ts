import type { Breaker, Outcome } from "../decide/ledger.ts";
import type { PolicyMode, RuleAction } from "../decide/policy.ts";
import type { SpareReason } from "../decide/reason.ts";
import { leashStateOf, type Budget, type BudgetWindow } from "./leash-state.ts";
import type { LeashReport } from "./report.ts";
import type { SuspectDecision } from "./suspect-decision.ts";

/** What the leash of a server allows. Times are ISO 8601. */
export type LeashJson = {
  /** Of the file. */
  readonly mode: PolicyMode;
  readonly enforcing: boolean;
  readonly lease: boolean;
  /** Why the lease is not ours; null when it is, or in a dry run, which needs none. */
  readonly lease_refusal: string | null;
  readonly paused: {
    readonly reason: string;
    readonly until: string | null;
    readonly by: string | null;
  } | null;
  readonly breaker: {
    readonly state: Breaker["state"];
    /** Null for a breaker that has never been open. */
    readonly since: string | null;
    readonly why: Extract<Breaker, { readonly state: "open" }>["why"] | null;
  };
  /** Why nothing can be put on record; null while it can. */
  readonly audit_failure: string | null;
  readonly pooled: boolean;
  readonly may_signal: boolean;
  readonly announced_sessions: number;
  readonly budget: Readonly<Record<BudgetWindow, Budget>>;
};

/** What was decided about a suspect at the last look. */
export type DecisionJson = {
  readonly type: "act" | "spare";
  /** Why it is spared, in a word and in words. */
  readonly reason: SpareReason | null;
  readonly why: string | null;
  /** The rule that acts, or the one that came furthest; null where none matches. */
  readonly rule: string | null;
  /** What that rule does. */
  readonly action: RuleAction | null;
  readonly outcome: Outcome | null;
  readonly detail: string | null;
  /** Not before this time, for whoever is announced. */
  readonly planned_at: string | null;
};

/** The leash of a server. */
export function leashJson(leash: LeashReport): LeashJson {
  const { breaker, pause, ...state } = leashStateOf(leash);
  return {
    mode: state.mode,
    enforcing: state.isEnforcing,
    lease: state.hasLease,
    lease_refusal: state.leaseRefusal,
    paused:
      pause === null
        ? null
        : { reason: pause.reason, until: isoTimeOrNull(pause.untilSeconds), by: pause.by },
    breaker: {
      state: breaker.state,
      since: isoTimeOrNull(breaker.sinceSeconds === 0 ? null : breaker.sinceSeconds),
      why: breaker.state === "open" ? breaker.why : null,
    },
    audit_failure: state.auditFailure,
    pooled: state.isPooled,
    may_signal: state.canSignal,
    announced_sessions: state.announced,
    budget: state.budget,
  };
}

/** A decision about a suspect. */
export function decisionJson({ decision, result, announcement }: SuspectDecision): DecisionJson {
  const { rule } = decision;
  const isSpared = decision.type === "spare";
  return {
    type: decision.type,
    reason: isSpared ? decision.reason : null,
    why: isSpared ? decision.why : null,
    rule: rule?.name ?? null,
    action: rule?.action ?? null,
    outcome: result?.outcome ?? null,
    detail: result?.detail ?? null,
    planned_at: isoTimeOrNull(announcement?.plannedSeconds ?? null),
  };
}

function isoTimeOrNull(epochSeconds: number | null): string | null {
  return epochSeconds === null ? null : new Date(epochSeconds * 1000).toISOString();
}
