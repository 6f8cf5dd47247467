import { outcomes } from "../decide/ledger.ts";
import { noticeTypes } from "../decide/plan.ts";
import { policyModes, ruleActions } from "../decide/policy.ts";
import { spareReasons } from "../decide/reason.ts";
import { emptyRuleTally, type RuleTally } from "../decide/tally.ts";
import { counter, gauge, one, summed, type Family, type Sample } from "./family.ts";
import { other } from "./label-budget.ts";
import { leashStateOf, type Budget, type BudgetWindow, type LeashState } from "./leash-state.ts";
import { isRecordedByDryRun } from "./recorded-by-dry-run.ts";
import type { LeashReport } from "./report.ts";
import type { ServerView } from "./view.ts";

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
    "Decisions that spared a suspect, by the first reason that held. Each one by dry_run is a leak that would have been ended, once, unless a permit had been missing that a dry run does not ask for: pooled, no_lease, no_privilege, audit_failing.",
    ["reason"],
    ({ decisions }) =>
      spareReasons.map((reason) => ({ labels: { reason }, value: decisions.spared.get(reason) ?? 0 })),
  ),
  counter(
    "pgleash_actions_total",
    "Decisions to end a suspect, by the rule, its action and what came of it: a session that had moved on was left alone. A rule that a reload took away keeps what it did.",
    ["rule", "action", "outcome"],
    (server) =>
      byRule(server, ({ acts }) =>
        ruleActions.flatMap((action) =>
          outcomes.map((outcome) => ({ labels: { action, outcome }, value: acts[action][outcome] })),
        ),
      ),
  ),
  counter(
    "pgleash_announcements_total",
    "Announcements that a session will be ended, or in a dry run would be, by the rule, and their withdrawals.",
    ["rule", "type"],
    (server) =>
      byRule(server, (done) => noticeTypes.map((type) => ({ labels: { type }, value: done[type] }))),
  ),
  gauge(
    "pgleash_policy_rules",
    "Rules of the policy in force, under the mode that the file says; 0 under the other one. With mode enforce sessions are ended only if pgleash_enforcing is 1, too.",
    ["mode"],
    ({ policy: { mode, rules } }) =>
      policyModes.map((known) => ({ labels: { mode: known }, value: known === mode ? rules.length : 0 })),
  ),

  ofState(
    "pgleash_enforcing",
    "Whether sessions are ended: at 0 it is a dry run, because of the file, of a missing --enforce, or of a reload that failed.",
    ({ isEnforcing }) => one(Number(isEnforcing)),
  ),
  ofState(
    "pgleash_lease_held",
    "Whether this process holds the lease on the server. A dry run takes none, nor does a process that could not act: no grant, no working audit, or a pooler in between.",
    ({ hasLease }) => one(Number(hasLease)),
  ),
  ofState(
    "pgleash_paused",
    "Whether a pause file stops all acts; one that cannot be read does, too. Watching goes on.",
    ({ pause }) => one(Number(pause !== null)),
  ),
  ofState(
    "pgleash_breaker_open",
    "Whether the breaker is open: acts did not make the sessions of those they hit fewer (futile), nobody could see that they worked (unconfirmed), or the server refused the one that was tried (denied). Then nobody is ended, but for one act that is tried after each cool-down; it is 1 until one has helped.",
    ({ breaker }) => one(Number(breaker.state === "open")),
  ),
  ofState(
    "pgleash_audit_working",
    "At 0 the audit does not work, and nobody is ended. 1 also for a dry run that keeps none.",
    ({ auditFailure }) => one(Number(auditFailure === null)),
  ),
  ofState(
    "pgleash_announced_sessions",
    "Sessions that are announced, and still to be ended.",
    ({ announced }) => one(announced),
  ),
  ofBudget(
    "pgleash_budget_used",
    "Acts within the last minute and hour: while enforcing those that were done, in a dry run those that would have been. The two are counted apart, so it jumps when pgleash_enforcing does.",
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

/** Of every rule that is configured or did something, and of all others together; summed, because a rule may have their name. */
function byRule(
  { decisions, policy }: ServerView,
  samples: (done: RuleTally) => readonly Sample[],
): readonly Sample[] {
  const configured = policy.rules.map(({ name }): [string, RuleTally] => [name, emptyRuleTally]);
  const rules = [...new Map([...configured, ...decisions.byRule]), [other, decisions.otherRules] as const];
  return summed(
    rules.flatMap(([rule, done]) =>
      samples(done).map(({ labels, value }) => ({ labels: { rule, ...labels }, value })),
    ),
  );
}

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
