import { actsWithin } from "../decide/acts-within.ts";
import { breakerPhase, type BreakerPhase } from "../decide/breaker.ts";
import type { Breaker } from "../decide/ledger.ts";
import type { PolicyMode } from "../decide/policy.ts";
import { modeOf, type Pause } from "../decide/situation.ts";
import type { LeashReport } from "./report.ts";

/** The windows of the budget that all rules share, and their seconds. */
export const budgetWindows = { minute: 60, hour: 3600 } as const;

export type BudgetWindow = keyof typeof budgetWindows;

/** How many acts count within a window, and how many are allowed. */
export type Budget = { readonly used: number; readonly limit: number };

/** What the leash of a server allows after its last look. */
export type LeashState = {
  /** What the file says. */
  readonly mode: PolicyMode;
  /** Whether both switches are on, and the configuration was read as it stands. */
  readonly isEnforcing: boolean;
  readonly hasLease: boolean;
  readonly leaseRefusal: string | null;
  readonly auditFailure: string | null;
  readonly isPooled: boolean;
  readonly canSignal: boolean;
  readonly pause: Pause | null;
  readonly breaker: Breaker;
  readonly breakerPhase: BreakerPhase;
  /** Sessions that are announced, and still to be ended. */
  readonly announced: number;
  /** While enforcing what was done counts, in a dry run what would have been: each apart from the other. */
  readonly budget: Readonly<Record<BudgetWindow, Budget>>;
  /** What was really done in the last hour, also if it is a dry run by now. */
  readonly enforcedActs: number;
};

/** The state of the leash, for whatever shows it. */
export function leashStateOf({
  state,
  policy,
  situation,
  leaseRefusal,
  auditFailure,
}: LeashReport): LeashState {
  const { isEnforcing, hasLease, isPooled, canSignal, pause } = situation.permits;
  const mode = modeOf(situation);
  const counts = { leash: state, situation };
  const enforced = { permits: { ...situation.permits, isEnforcing: true } };
  return {
    mode: policy.mode,
    isEnforcing,
    hasLease,
    leaseRefusal,
    auditFailure,
    isPooled,
    canSignal,
    pause,
    breaker: state.ledger.breaker,
    breakerPhase: breakerPhase(state.ledger, situation, policy.breaker),
    announced: [...state.announcements.keys()].filter((key) => state.acted.get(key)?.mode !== mode).length,
    budget: {
      minute: { used: actsWithin(budgetWindows.minute, counts).length, limit: policy.limits.perMinute },
      hour: { used: actsWithin(budgetWindows.hour, counts).length, limit: policy.limits.perHour },
    },
    enforcedActs: actsWithin(budgetWindows.hour, {
      leash: state,
      situation: { ...situation, ...enforced },
    }).length,
  };
}
