import type { Outcome } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import type { RuleAction } from "./policy.ts";
import { spareReasons, type SpareReason } from "./reason.ts";

/** What decisions about one server have come to since this process started. Only ever grows: `decided` is the sum of the rest. */
export type DecisionTally = {
  readonly decided: number;
  /** Every reason is there, at 0 from the start. */
  readonly spared: ReadonlyMap<SpareReason, number>;
  readonly acts: Readonly<Record<RuleAction, Readonly<Record<Outcome, number>>>>;
  readonly announced: number;
  readonly withdrawn: number;
};

const noOutcomes: Readonly<Record<Outcome, number>> = {
  terminated: 0,
  cancelled: 0,
  moved_on: 0,
  denied: 0,
  not_confirmed: 0,
  failed: 0,
};

/** Every reason and outcome at zero. */
export const emptyDecisionTally: DecisionTally = {
  decided: 0,
  spared: new Map(spareReasons.map((reason) => [reason, 0])),
  acts: { cancel: noOutcomes, terminate: noOutcomes },
  announced: 0,
  withdrawn: 0,
};

/** What became of one act. */
export type Result = { readonly action: RuleAction; readonly outcome: Outcome };

/** Adds one plan, with what became of each of its acts. */
export function addPlan(tally: DecisionTally, plan: Plan, results: readonly Result[]): DecisionTally {
  const spared = new Map(tally.spared);
  for (const decision of plan.decisions)
    if (decision.type === "spare") spared.set(decision.reason, (spared.get(decision.reason) ?? 0) + 1);
  const acts = { cancel: { ...tally.acts.cancel }, terminate: { ...tally.acts.terminate } };
  for (const { action, outcome } of results) acts[action][outcome] += 1;
  const noticed = (type: "announced" | "withdrawn"): number =>
    plan.notices.filter((notice) => notice.type === type).length;
  return {
    decided: tally.decided + plan.decisions.length,
    spared,
    acts,
    announced: tally.announced + noticed("announced"),
    withdrawn: tally.withdrawn + noticed("withdrawn"),
  };
}
