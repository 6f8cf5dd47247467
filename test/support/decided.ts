import { settled } from "../../src/decide/count.ts";
import { decide } from "../../src/decide/decide.ts";
import type { Leash } from "../../src/decide/leash.ts";
import type { Outcome } from "../../src/decide/ledger.ts";
import type { Act, Notice, Plan } from "../../src/decide/plan.ts";
import { builtInFloors, type Floors, type Policy } from "../../src/decide/policy.ts";
import type { SpareReason } from "../../src/decide/reason.ts";
import type { Situation } from "../../src/decide/situation.ts";
import { aPolicy } from "./a-case.ts";

/** One look decided, with what became of each of its acts. */
export type Decided = { readonly plan: Plan; readonly leash: Leash };

/** Decides one look, and lets each of its acts come out so; `null`: nobody knows. */
export function decided(
  before: Leash,
  situation: Situation,
  options: {
    readonly policy?: Policy;
    readonly floors?: Floors;
    readonly outcome?: (act: Act) => Outcome | null;
  } = {},
): Decided {
  const { policy = aPolicy(), floors = builtInFloors, outcome = () => "terminated" as const } = options;
  const { plan, leash } = decide(situation, before, { policy, floors });
  const after = actsOf(plan).reduce((sum, act) => {
    const came = outcome(act);
    return came === null ? sum : settled(sum, act, came);
  }, leash);
  return { plan, leash: after };
}

export function actsOf({ decisions }: Plan): readonly Act[] {
  return decisions.filter((one) => one.type === "act");
}

/** The pids of those that are ended, in the order of the plan. */
export function endedBy(plan: Plan): readonly number[] {
  return actsOf(plan).map(({ episode }) => episode.backend.id.pid);
}

/** Why the others are spared, in the order of the plan. */
export function reasonsOf({ decisions }: Plan): readonly SpareReason[] {
  return decisions.flatMap((one) => (one.type === "spare" ? [one.reason] : []));
}

/** What is announced and withdrawn, by rule. */
export function noticesOf({ notices }: Plan): readonly (readonly [Notice["type"], string])[] {
  return notices.map(({ type, announcement }) => [type, announcement.rule]);
}
