import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { outcomes, type Outcome } from "../../src/decide/ledger.ts";
import { ruleActions, type PolicyMode, type Rule } from "../../src/decide/policy.ts";
import { spareReasons } from "../../src/decide/reason.ts";
import { addPlan, emptyDecisionTally, type DecisionTally } from "../../src/decide/tally.ts";
import { firstView } from "../../src/expose/server-view.ts";
import type { ServerView, View } from "../../src/expose/view.ts";
import { aLeaked, anOpenBreaker, aPolicy, aRule, noLimits, NOW } from "../support/a-case.ts";
import { aLeashedView, aLeashReport, type Deciding } from "../support/a-leash-report.ts";
import { rowsOf, samplesOf, valueOf } from "../support/a-metric.ts";
import { arbitraryPolicy, arbitraryRules } from "../support/arbitrary-policy.ts";
import { arbitrarySituation, arbitrarySuspects } from "../support/arbitrary-suspects.ts";
import { actsOf, decided } from "../support/decided.ts";
import { aServerView, aView } from "../support/a-view.ts";
import { pageOf, samplesOf as samplesOfPage } from "../support/strict-exposition.ts";

const limits = { ...noLimits, perLook: 2, perMinute: 5, perHour: 30 };

function gauge(name: string, suspects: Parameters<typeof aLeashedView>[0], deciding: Deciding = {}): unknown {
  return valueOf(name, aView({ servers: [aLeashedView(suspects, deciding)] }));
}

const [orders, jobs] = [aRule({ name: "orders" }), aRule({ name: "jobs", action: "cancel" })];

describe("before the first look, and without rules", () => {
  const views = [firstView("db1", 5), aServerView()].map((server) => aView({ servers: [server] }));

  test.for([
    ["pgleash_suspects_decided_total", 1],
    ["pgleash_suspects_spared_total", spareReasons.length],
    ["pgleash_actions_total", ruleActions.length * outcomes.length],
    ["pgleash_announcements_total", 2],
    ["pgleash_policy_rules", 2],
  ] as const)("%s has its whole closed set at 0", ([name, size]) => {
    for (const view of views) {
      expect(samplesOf(name, view)).toHaveLength(size);
      expect(samplesOf(name, view).every(({ value }) => value === 0)).toBe(true);
    }
  });

  test("no gauge says how a leash is that is not there", () => {
    for (const name of ["pgleash_enforcing", "pgleash_paused", "pgleash_budget_used"])
      for (const view of views) expect(samplesOf(name, view)).toEqual([]);
  });
});

test("before the first look every configured rule has its whole closed set at 0", () => {
  const view = aView({ servers: [firstView("db1", 5, aPolicy({ rules: [orders, jobs] }))] });
  expect(rowsOf("pgleash_announcements_total", view, "rule", "type")).toEqual(
    ["orders", "jobs", "…other"].flatMap((rule) => [
      [rule, "announced", 0],
      [rule, "withdrawn", 0],
    ]),
  );
  expect(rowsOf("pgleash_actions_total", view, "rule", "action", "outcome")).toEqual(
    ["orders", "jobs", "…other"].flatMap((rule) =>
      ruleActions.flatMap((action) => outcomes.map((outcome) => [rule, action, outcome, 0])),
    ),
  );
});

test("there is always how many rules there are, under the mode of the file", () => {
  const policy = aPolicy({ rules: [orders, jobs] });
  const ofMode = (mode: PolicyMode): unknown => {
    const view = aView({ servers: [firstView("db1", 5, { ...policy, mode })] });
    return rowsOf("pgleash_policy_rules", view, "mode");
  };
  expect(ofMode("dry_run")).toEqual([
    ["dry_run", 2],
    ["enforce", 0],
  ]);
  expect(ofMode("enforce")).toEqual([
    ["dry_run", 0],
    ["enforce", 2],
  ]);
});

/** The counters of a page: decided, the spared of all reasons, the acts of all outcomes. */
async function sumsOf(view: ServerView): Promise<readonly number[]> {
  const page = await pageOf(view);
  const names = ["pgleash_suspects_decided_total", "pgleash_suspects_spared_total", "pgleash_actions_total"];
  return names.map((name) => samplesOfPage(page, name).reduce((sum, { value }) => sum + value, 0));
}

test("whoever was decided on was spared or acted on, on every page and over any looks", async () => {
  const looks = fc.record({
    situations: fc.array(arbitrarySuspects.chain(arbitrarySituation), { minLength: 1, maxLength: 4 }),
    policy: arbitraryRules.chain(arbitraryPolicy),
    came: fc.array(fc.constantFrom(...outcomes), { minLength: 1 }),
    isEnforcing: fc.boolean(),
  });
  let acts = 0;
  await fc.assert(
    fc.asyncProperty(looks, async ({ situations, policy, came, isEnforcing }) => {
      let leash: Leash = emptyLeash;
      let decisions = emptyDecisionTally;
      for (const [index, situation] of situations.entries()) {
        const permits = { ...situation.permits, isEnforcing };
        const now = { ...situation, nowSeconds: NOW + 20 * index, permits };
        const outcome = (): Outcome => came[index % came.length] ?? "failed";
        const { plan, leash: after } = decided(leash, now, { policy, outcome });
        const results = actsOf(plan).map((act) => ({ act, outcome: outcome() }));
        decisions = addPlan(decisions, plan, results);
        leash = after;
        const [total = 0, spared = 0, acted = 0] = await sumsOf(aServerView({ decisions }));
        expect(spared + acted).toBe(total);
        acts += acted;
      }
      const suspects = situations.reduce((sum, one) => sum + one.suspects.length, 0);
      expect(decisions.decided).toBe(suspects);
    }),
    { numRuns: 50 },
  );
  expect(acts).toBeGreaterThan(0);
});

/** The rows of a counter that are not at 0. */
function counted(name: string, view: View, ...labels: readonly string[]): unknown {
  return rowsOf(name, view, ...labels).filter((row) => row.at(-1) !== 0);
}

test("acts are counted by their rule and what came of them, the spared by their reason", () => {
  const policy = aPolicy({ rules: [orders], limits: { ...limits, perLook: 1 } });
  const deciding: Deciding = { policy, outcome: () => "not_confirmed" };
  const view = aView({ servers: [aLeashedView([aLeaked(1), aLeaked(2)], deciding)] });
  expect(counted("pgleash_actions_total", view, "rule", "action", "outcome")).toEqual([
    ["orders", "terminate", "not_confirmed", 1],
  ]);
  expect(counted("pgleash_suspects_spared_total", view, "reason")).toEqual([["rate_look", 1]]);
  expect(valueOf("pgleash_suspects_decided_total", view)).toBe(2);
});

test("announcements are counted by their rule, and so are withdrawals", () => {
  const policy = aPolicy({ rules: [{ ...orders, warnForSeconds: 45 }] });
  const announced = aLeashReport([aLeaked(1), aLeaked(2)], { policy });
  const { plan } = aLeashReport([aLeaked(1)], { policy, before: announced.state });
  const decisions = [announced.plan, plan].reduce((sum, one) => addPlan(sum, one, []), emptyDecisionTally);
  const view = aView({ servers: [aServerView({ decisions, policy })] });
  expect(counted("pgleash_announcements_total", view, "rule", "type")).toEqual([
    ["orders", "announced", 2],
    ["orders", "withdrawn", 1],
  ]);
});

/** What these rules did, one act each, in this order. */
function afterActsOf(names: readonly string[]): DecisionTally {
  const results = names.map((name) => ({
    act: { action: "terminate", rule: aRule({ name }) },
    outcome: "terminated",
  })) satisfies Parameters<typeof addPlan>[2];
  return addPlan(emptyDecisionTally, { decisions: [], notices: [] }, results);
}

function actsByRule(decisions: DecisionTally, rules: readonly Rule[]): unknown {
  const view = aView({ servers: [aServerView({ decisions, policy: aPolicy({ rules }) })] });
  return counted("pgleash_actions_total", view, "rule");
}

describe("a rule that a reload took away", () => {
  test("keeps what it did, beside the one that came in its place", () => {
    const before = afterActsOf(["gone", "gone"]);
    expect(actsByRule(before, [orders])).toEqual([["gone", 2]]);
    const view = aView({
      servers: [aServerView({ decisions: before, policy: aPolicy({ rules: [orders] }) })],
    });
    expect(valueOf("pgleash_actions_total", view, { rule: "orders" })).toBe(0);
  });

  test("is one of 200 at most: what later ones do is counted together, and nothing is lost", () => {
    const names = Array.from({ length: 203 }, (_, index) => `rule ${index}`);
    const rows = actsByRule(afterActsOf([...names, "rule 0", "rule 202"]), []);
    expect(rows).toHaveLength(201);
    expect(rows).toContainEqual(["rule 0", 2]);
    expect(rows).toContainEqual(["rule 199", 1]);
    expect(rows).toContainEqual(["…other", 4]);
  });

  test("shares the series of all others, if it is called like them", async () => {
    const view = aServerView({ decisions: afterActsOf(["…other"]), policy: aPolicy({ rules: [orders] }) });
    const samples = samplesOfPage(await pageOf(view), "pgleash_actions_total", {
      rule: "…other",
      action: "terminate",
      outcome: "terminated",
    });
    expect(samples.map(({ value }) => value)).toEqual([1]);
  });
});

describe("what may be done", () => {
  const pause = { reason: "release 7", untilSeconds: null, by: null };
  const open = anOpenBreaker();

  test.for<[string, Deciding, number]>([
    ["pgleash_enforcing", {}, 1],
    ["pgleash_enforcing", { situation: { permits: { isEnforcing: false } } }, 0],
    ["pgleash_lease_held", {}, 1],
    ["pgleash_lease_held", { situation: { permits: { hasLease: false } } }, 0],
    ["pgleash_paused", {}, 0],
    ["pgleash_paused", { situation: { permits: { pause } } }, 1],
    ["pgleash_breaker_open", {}, 0],
    ["pgleash_breaker_open", { before: { ...emptyLeash, ledger: { entries: [], breaker: open } } }, 1],
    ["pgleash_audit_working", {}, 1],
    ["pgleash_audit_working", { refusals: { auditFailure: "ENOSPC" } }, 0],
  ])("%s, %j: %i", ([name, deciding, value]) => {
    expect(gauge(name, [aLeaked()], deciding)).toBe(value);
  });
});

test("the budget is what was done within a minute and an hour, of what the policy allows", () => {
  const policy = aPolicy({ limits });
  const first = aLeashReport([aLeaked(1), aLeaked(2)], {
    policy,
    situation: { nowSeconds: NOW - 100 },
  });
  const view = aView({ servers: [aLeashedView([aLeaked(3)], { policy, before: first.state })] });
  expect(rowsOf("pgleash_budget_used", view, "window")).toEqual([
    ["minute", 1],
    ["hour", 3],
  ]);
  expect(rowsOf("pgleash_budget_limit", view, "window")).toEqual([
    ["minute", 5],
    ["hour", 30],
  ]);
});

test("who is announced is counted until it is ended", () => {
  const policy = aPolicy({ rules: [aRule({ warnForSeconds: 30 })] });
  const first = aLeashReport([aLeaked(1), aLeaked(2)], { policy });
  expect(gauge("pgleash_announced_sessions", [aLeaked(1), aLeaked(2)], { policy })).toBe(2);
  const later = { situation: { nowSeconds: NOW + 30 }, before: first.state };
  const onlyOne = { ...policy, limits: { ...limits, perLook: 1 } };
  expect(gauge("pgleash_announced_sessions", [aLeaked(1), aLeaked(2)], { policy: onlyOne, ...later })).toBe(
    1,
  );
});

test("a dry run counts those that it would have ended for as long as they are there, by rule", () => {
  const ofWeb = aRule({ name: "web", matches: ({ applicationName }) => applicationName === "web-1" });
  const ofJobs = aRule({ name: "jobs", matches: ({ applicationName }) => applicationName === "jobs" });
  const deciding: Deciding = {
    policy: aPolicy({ rules: [ofWeb, ofJobs] }),
    situation: { permits: { isEnforcing: false } },
  };
  const young = aLeaked(9, { severity: "suspect" });
  const suspects = [aLeaked(1), aLeaked(2), young];
  const rows = (one: Deciding) =>
    rowsOf("pgleash_would_end_sessions", aView({ servers: [aLeashedView(suspects, one)] }), "rule");
  expect(rows(deciding)).toEqual([
    ["web", 2],
    ["jobs", 0],
  ]);
  const before = aLeashReport(suspects, deciding).state;
  const later = { nowSeconds: NOW + 10, permits: { isEnforcing: false } };
  expect(rows({ ...deciding, before, situation: later })).toEqual([
    ["web", 2],
    ["jobs", 0],
  ]);
  // What was really done, and is still there, is no longer a dry run's.
  const acted = aLeashReport(suspects, {
    policy: aPolicy({ rules: [ofWeb] }),
    outcome: () => "denied",
  }).state;
  expect(rows({ ...deciding, before: acted, situation: later })).toEqual([
    ["web", 0],
    ["jobs", 0],
  ]);
  expect(rows({ policy: aPolicy({ rules: [ofWeb] }) })).toEqual([["web", 0]]);
});

test("nothing of it lasts while the server is down but what was counted", () => {
  const view = aView({ servers: [{ ...aLeashedView([aLeaked()]), report: null }] });
  expect(samplesOf("pgleash_enforcing", view)).toEqual([]);
  expect(valueOf("pgleash_actions_total", view, { action: "terminate", outcome: "terminated" })).toBe(1);
});
