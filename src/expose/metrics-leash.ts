import { outcomes } from "../decide/ledger.ts";
import { noticeTypes } from "../decide/plan.ts";
import { ruleActions } from "../decide/policy.ts";
import { spareReasons } from "../decide/reason.ts";
import { counter, gauge, one, type Family, type Sample } from "./family.ts";
import { leashStateOf, type Budget, type BudgetWindow, type LeashState } from "./leash-state.ts";
import { isRecordedByDryRun } from "./recorded-by-dry-run.ts";
import type { LeashReport } from "./report.ts";

/** What was decided about suspects, what was done, and whether anything may be done. */
export const leashMetrics: readonly Family[] = [
  counter(
    "pgleash_suspects_decided_total",
    "Decisions about suspects: each suspect of each look once. Always the sum of pgleash_suspects_spared_total and pgleash_actions_total.",
    [],
    ({ decisions }) => one(decisions.decided),
  ),
  counter(
    "pgleash_suspects_spared_total",
    "Decisions that spared a suspect, by the first reason that held. With the reason dry_run nothing else stood in the way: each is a leak that would have been ended, once.",
    ["reason"],
    ({ decisions }) =>
      spareReasons.map((reason) => ({ labels: { reason }, value: decisions.spared.get(reason) ?? 0 })),
  ),
  counter(
    "pgleash_actions_total",
    "Decisions to end a suspect, by the action of the rule and by what came of it: a session that had moved on was left alone.",
    ["action", "outcome"],
    ({ decisions }) =>
      ruleActions.flatMap((action) =>
        outcomes.map((outcome) => ({
          labels: { action, outcome },
          value: decisions.acts[action][outcome],
        })),
      ),
  ),
  counter(
    "pgleash_announcements_total",
    "Announcements that a session will be ended, one for each rule, and their withdrawals.",
    ["type"],
    ({ decisions }) => noticeTypes.map((type) => ({ labels: { type }, value: decisions[type] })),
  ),

  ofState("pgleash_enforcing", "Whether sessions are ended: at 0 it is a dry run.", ({ isEnforcing }) =>
    one(Number(isEnforcing)),
  ),
  ofState(
    "pgleash_lease_held",
    "Whether this process holds the lease on the server; a dry run takes none.",
    ({ hasLease }) => one(Number(hasLease)),
  ),
  ofState("pgleash_paused", "Whether a pause file stops everything.", ({ pause }) =>
    one(Number(pause !== null)),
  ),
  ofState(
    "pgleash_breaker_open",
    "Whether the breaker is open: acts did not help, or nobody could see that they worked.",
    ({ breaker }) => one(Number(breaker.state === "open")),
  ),
  ofState(
    "pgleash_audit_working",
    "At 0 the audit cannot be written, and nobody is ended. 1 also for a dry run that keeps none.",
    ({ auditFailure }) => one(Number(auditFailure === null)),
  ),
  ofState(
    "pgleash_announced_sessions",
    "Sessions that are announced, and still to be ended.",
    ({ announced }) => one(announced),
  ),
  ofBudget(
    "pgleash_budget_used",
    "Acts within the last minute and hour; in a dry run those that would have been.",
    ({ used }) => used,
  ),
  ofBudget(
    "pgleash_budget_limit",
    "Acts that the policy allows within a minute and an hour, over all rules.",
    ({ limit }) => limit,
  ),
  ofLeash(
    "pgleash_would_end_sessions",
    "Sessions that a dry run has recorded as ended and that are still there, by the rule that would have ended them; 0 while enforcing.",
    ["rule"],
    (leash) => {
      const recorded = leash.plan.decisions.filter((decision) => isRecordedByDryRun(decision, leash));
      return leash.policy.rules.map(({ name }) => ({
        labels: { rule: name },
        value: recorded.filter((decision) => decision.rule?.name === name).length,
      }));
    },
  ),
];

/** A gauge that is there only where there are rules, and while the server is up. */
function ofLeash(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (leash: LeashReport) => readonly Sample[],
): Family {
  return gauge(name, help, labels, ({ report }) =>
    report === null || report.leash === null ? [] : samples(report.leash),
  );
}

function ofState(name: string, help: string, samples: (state: LeashState) => readonly Sample[]): Family {
  return ofLeash(name, help, [], (leash) => samples(leashStateOf(leash)));
}

function ofBudget(name: string, help: string, value: (budget: Budget) => number): Family {
  const windows: readonly BudgetWindow[] = ["minute", "hour"];
  return ofLeash(name, help, ["window"], (leash) => {
    const { budget } = leashStateOf(leash);
    return windows.map((window) => ({ labels: { window }, value: value(budget[window]) }));
  });
}
