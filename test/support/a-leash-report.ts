import type { Episode } from "../../src/classify/episode.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Outcome } from "../../src/decide/ledger.ts";
import type { Act } from "../../src/decide/plan.ts";
import { builtInFloors, type Policy } from "../../src/decide/policy.ts";
import type { Situation } from "../../src/decide/situation.ts";
import { addPlan, emptyDecisionTally } from "../../src/decide/tally.ts";
import type { LeashReport } from "../../src/expose/report.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aPolicy, aSituation } from "./a-case.ts";
import { aSnapshot } from "./a-snapshot.ts";
import { aReport, aServerView } from "./a-view.ts";
import { actsOf, decided } from "./decided.ts";

/** Under what suspects are decided about; a test names only what it is about. */
export type Deciding = {
  readonly policy?: Policy;
  readonly situation?: Parameters<typeof aSituation>[1];
  readonly before?: Leash;
  readonly outcome?: (act: Act) => Outcome;
  readonly refusals?: Partial<Pick<LeashReport, "leaseRefusal" | "auditFailure">>;
};

/** What really was decided about these suspects: enforcing, with all that it takes, unless told otherwise. */
export function aLeashReport(suspects: readonly Episode[], deciding: Deciding = {}): LeashReport {
  const { policy = aPolicy(), before = emptyLeash, outcome = () => "terminated" as const } = deciding;
  const situation: Situation = aSituation(suspects, deciding.situation);
  const { plan, leash } = decided(before, situation, { policy, outcome });
  return {
    plan,
    results: actsOf(plan).map((act) => {
      const came = outcome(act);
      return { act, action: act.action, outcome: came, detail: null, isRefused: came === "denied" };
    }),
    state: leash,
    policy,
    floors: builtInFloors,
    situation,
    leaseRefusal: null,
    auditFailure: null,
    ...deciding.refusals,
  };
}

/** A server with these suspects, and with what was decided about them counted. */
export function aLeashedView(suspects: readonly Episode[], deciding: Deciding = {}): ServerView {
  const leash = aLeashReport(suspects, deciding);
  const { nowSeconds, groups } = leash.situation;
  const snapshot = { ...aSnapshot(), takenAtSeconds: nowSeconds, groups };
  return aServerView({
    report: aReport({ suspects, snapshot, leash }),
    decisions: addPlan(emptyDecisionTally, leash.plan, leash.results),
    policy: leash.policy,
  });
}
