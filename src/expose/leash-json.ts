import type { Outcome } from "../decide/ledger.ts";
import type { PolicyMode, RuleAction } from "../decide/policy.ts";
import type { SpareReason } from "../decide/reason.ts";
import { breakerJson, type BreakerJson } from "./breaker-json.ts";
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
  readonly breaker: BreakerJson;
  /** Why nothing can be put on record; null while it can. */
  readonly audit_failure: string | null;
  readonly pooled: boolean;
  readonly may_signal: boolean;
  readonly announced_sessions: number;
  /** While enforcing of acts, else of would-be acts: each counts apart from the other. */
  readonly budget: Readonly<Record<BudgetWindow, Budget>>;
};

/** What was decided about a suspect at the last look. */
export type DecisionJson = {
  readonly type: "act" | "spare";
  /** Why it is spared, in a word and in words. */
  readonly reason: SpareReason | null;
  readonly why: string | null;
  /** What would refuse the act as well, where only the dry run does; the lease, which it does not ask for, is never among it. */
  readonly would_also_be_refused: readonly { readonly reason: SpareReason; readonly why: string }[];
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
  const { breaker, breakerPhase, pause, ...state } = leashStateOf(leash);
  return {
    mode: state.mode,
    enforcing: state.isEnforcing,
    lease: state.hasLease,
    lease_refusal: state.leaseRefusal,
    paused:
      pause === null
        ? null
        : { reason: pause.reason, until: isoTimeOrNull(pause.untilSeconds), by: pause.by },
    breaker: breakerJson(breaker, breakerPhase),
    audit_failure: state.auditFailure,
    pooled: state.isPooled,
    may_signal: state.canSignal,
    announced_sessions: state.announced,
    budget: state.budget,
  };
}

/** A decision about a suspect. */
export function decisionJson({ decision, result, announcement, alsoRefused }: SuspectDecision): DecisionJson {
  const { rule } = decision;
  const isSpared = decision.type === "spare";
  return {
    type: decision.type,
    reason: isSpared ? decision.reason : null,
    why: isSpared ? decision.why : null,
    would_also_be_refused: alsoRefused.map(({ reason, why }) => ({ reason, why })),
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
