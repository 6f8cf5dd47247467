import type { Outcome } from "./ledger.ts";
import type { Act, Notice, Plan } from "./plan.ts";
import type { RuleAction } from "./policy.ts";
import { spareReasons, type SpareReason } from "./reason.ts";

/** What decisions about one server have come to since this process started. Only ever grows: `decided` is the sum of the spared and of the acts. */
export type DecisionTally = {
  readonly decided: number;
  /** Every reason is there, at 0 from the start. */
  readonly spared: ReadonlyMap<SpareReason, number>;
  /** By name the rules that did something yet, be they still configured or not; no more than `MOST_TALLIED_RULES`. */
  readonly byRule: ReadonlyMap<string, RuleTally>;
  /** What all later rules did. */
  readonly otherRules: RuleTally;
};

/** What one rule has done. */
export type RuleTally = {
  readonly acts: Readonly<Record<RuleAction, Readonly<Record<Outcome, number>>>>;
} & Readonly<Record<Notice["type"], number>>;

/** As many as one policy may have, and as many again that reloads took away. */
const MOST_TALLIED_RULES = 200;

const noOutcomes: Readonly<Record<Outcome, number>> = {
  terminated: 0,
  cancelled: 0,
  moved_on: 0,
  denied: 0,
  not_confirmed: 0,
  failed: 0,
};

/** Every action, outcome and notice at zero. */
export const emptyRuleTally: RuleTally = {
  acts: { cancel: noOutcomes, terminate: noOutcomes },
  announced: 0,
  withdrawn: 0,
};

/** Every reason at zero, and no rule yet. */
export const emptyDecisionTally: DecisionTally = {
  decided: 0,
  spared: new Map(spareReasons.map((reason) => [reason, 0])),
  byRule: new Map(),
  otherRules: emptyRuleTally,
};

/** One act, and what became of it. */
export type DoneAct = { readonly act: Pick<Act, "action" | "rule">; readonly outcome: Outcome };

/** Adds one plan, with what became of each of its acts. */
export function addPlan(tally: DecisionTally, plan: Plan, results: readonly DoneAct[]): DecisionTally {
  const spared = new Map(tally.spared);
  for (const decision of plan.decisions)
    if (decision.type === "spare") spared.set(decision.reason, (spared.get(decision.reason) ?? 0) + 1);
  const byRule = new Map(tally.byRule);
  let { otherRules } = tally;
  const add = (rule: string, next: (known: RuleTally) => RuleTally): void => {
    if (byRule.has(rule) || byRule.size < MOST_TALLIED_RULES)
      byRule.set(rule, next(byRule.get(rule) ?? emptyRuleTally));
    else otherRules = next(otherRules);
  };
  for (const { act, outcome } of results) add(act.rule.name, (known) => withAct(known, act.action, outcome));
  for (const { type, announcement } of plan.notices)
    add(announcement.rule, (known) => ({ ...known, [type]: known[type] + 1 }));
  return { decided: tally.decided + plan.decisions.length, spared, byRule, otherRules };
}

function withAct(known: RuleTally, action: RuleAction, outcome: Outcome): RuleTally {
  const outcomes = known.acts[action];
  return {
    ...known,
    acts: { ...known.acts, [action]: { ...outcomes, [outcome]: outcomes[outcome] + 1 } },
  };
}
