import { expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { addPlan, emptyDecisionTally } from "../../src/decide/tally.ts";
import {
  aLeaked,
  aLeash,
  anEntry,
  aPolicy,
  aRule,
  aSituation,
  leakedSessions,
  noLimits,
  NOW,
} from "../support/a-case.ts";
import { aGroup, aHarm, aPoolSuspect, aPreparedSuspect } from "../support/a-view.ts";
import { actsOf, decided, endedBy, reasonsOf } from "../support/decided.ts";

test("E5: without a rule, and with one that matches nobody, nobody is ended", () => {
  const situation = aSituation(leakedSessions(3));
  for (const rules of [[], [aRule({ matches: () => false })]]) {
    const { plan } = decided(emptyLeash, situation, { policy: aPolicy({ rules }) });
    expect(reasonsOf(plan)).toEqual(["no_rule", "no_rule", "no_rule"]);
    expect(plan.decisions).toEqual(plan.decisions.map(() => expect.objectContaining({ rule: null })));
  }
});

test("E1: with one switch of two nobody is ended, and each is a dry run's", () => {
  const situation = aSituation(leakedSessions(3), { permits: { isEnforcing: false } });
  const { plan, leash } = decided(emptyLeash, situation);
  expect(reasonsOf(plan)).toEqual(["dry_run", "dry_run", "dry_run"]);
  expect(leash.ledger.entries.map(({ mode, outcome }) => [mode, outcome])).toEqual([
    ["dry_run", null],
    ["dry_run", null],
    ["dry_run", null],
  ]);
});

test("E2: a dry run records each leak once, and then has others use the limits", () => {
  const suspects = leakedSessions(2);
  const policy = aPolicy({ limits: { ...noLimits, perLook: 1 } });
  const dryRun = { permits: { isEnforcing: false } };
  let leash: Leash = emptyLeash;
  const looks = [0, 10, 20].map((seconds) => {
    const look = decided(leash, aSituation(suspects, { ...dryRun, nowSeconds: NOW + seconds }), { policy });
    leash = look.leash;
    return reasonsOf(look.plan);
  });
  expect(looks).toEqual([
    ["dry_run", "rate_look"],
    ["acted_before", "dry_run"],
    ["acted_before", "acted_before"],
  ]);
});

test("E2: who is spared in a dry run is still to be ended once it enforces", () => {
  const suspects = leakedSessions(1);
  const { leash } = decided(emptyLeash, aSituation(suspects, { permits: { isEnforcing: false } }));
  expect(endedBy(decided(leash, aSituation(suspects)).plan)).toEqual([1000]);
});

test("E15: of 50 suspects one is ended, 49 wait for the rate", () => {
  const policy = aPolicy({ limits: { ...noLimits, perLook: 1 } });
  const { plan } = decided(emptyLeash, aSituation(leakedSessions(50)), { policy });
  expect(endedBy(plan)).toEqual([1000]);
  expect(reasonsOf(plan)).toEqual(Array.from({ length: 49 }, () => "rate_look"));
});

test("E15: one application does not lose its pool at once", () => {
  const own = [1, 2, 3].map((pid) => aLeaked(pid));
  const other = aLeaked(4, { backend: { applicationName: "web-2" } });
  const policy = aPolicy({ limits: { ...noLimits, coolDownSeconds: 10 } });
  const { plan } = decided(emptyLeash, aSituation([...own, other]), { policy });
  expect(endedBy(plan)).toEqual([1, 4]);
  expect(reasonsOf(plan)).toEqual(["cool_down", "cool_down"]);
});

test("E16: of 40 leaked of 100 sessions the allowed share is ended, in an incident what its rule allows", () => {
  const situation = aSituation(leakedSessions(40), { groups: [aGroup({ sessions: 100 })] });
  const limits = { ...noLimits, share: 0.05 };
  const calm = decided(emptyLeash, situation, { policy: aPolicy({ limits }) });
  expect(endedBy(calm.plan)).toHaveLength(5);
  const incident = aPolicy({ limits, rules: [aRule({ share: 0.3 })] });
  expect(endedBy(decided(calm.leash, situation, { policy: incident }).plan)).toHaveLength(25);
});

test("E18: the most harmful is ended first, then the one for whom most wait, then the oldest", () => {
  const suspects = [
    aLeaked(1, { harm: aHarm({ level: "slot" }), ageSeconds: 9000 }),
    aLeaked(2, { harm: aHarm({ level: "blocking", blockedSessions: 1 }), ageSeconds: 8000 }),
    aLeaked(3, { harm: aHarm({ level: "blocking", blockedSessions: 7 }) }),
    aLeaked(4, { harm: aHarm({ level: "vacuum" }), ageSeconds: 700 }),
    aLeaked(5, { harm: aHarm({ level: "vacuum" }), ageSeconds: 701 }),
    aLeaked(6, { harm: aHarm({ level: "blocking", blockedSessions: 9 }), severity: "suspect" }),
  ];
  const { plan } = decided(emptyLeash, aSituation(suspects));
  expect(endedBy(plan)).toEqual([3, 2, 5, 4, 1]);
  expect(plan.decisions.at(-1)).toMatchObject({ type: "spare", episode: { severity: "suspect" } });
});

test("E18: one is ended, and who only waited for it is no candidate any more", () => {
  const blocker = aLeaked(1, { harm: aHarm({ level: "blocking", blockedSessions: 1 }) });
  const waiter = aLeaked(2, { backend: { state: "active", waitEventType: "Lock", waitEvent: "tuple" } });
  const policy = aPolicy({ limits: { ...noLimits, perLook: 1 } });
  const first = decided(emptyLeash, aSituation([waiter, blocker]), { policy });
  expect(endedBy(first.plan)).toEqual([1]);
  expect(reasonsOf(first.plan)).toEqual(["waits_for_lock"]);
  const second = decided(first.leash, aSituation([], { nowSeconds: NOW + 10 }), { policy });
  expect(second.plan.decisions).toEqual([]);
});

test("E20: what could not be confirmed is tried once more, and then left alone", () => {
  const suspects = leakedSessions(1);
  let leash: Leash = emptyLeash;
  const ended = [0, 10, 20, 30].map((seconds) => {
    const situation = aSituation(suspects, { nowSeconds: NOW + seconds });
    const look = decided(leash, situation, { outcome: () => "not_confirmed" });
    leash = look.leash;
    return endedBy(look.plan).length;
  });
  expect(ended).toEqual([1, 1, 0, 0]);
});

test("E20: a session that the server refused to signal is tried once more, and again once the grant was missed", () => {
  const suspects = leakedSessions(1);
  let leash: Leash = emptyLeash;
  const looks = [true, true, true, false, true, true, true].map((canSignal, index) => {
    const situation = aSituation(suspects, { nowSeconds: NOW + 10 * index, permits: { canSignal } });
    // Refusals use up no limit.
    const policy = aPolicy({ limits: { ...noLimits, perMinute: 1, coolDownSeconds: 600 } });
    const look = decided(leash, situation, { policy, outcome: () => (index < 5 ? "denied" : "terminated") });
    leash = look.leash;
    return [...endedBy(look.plan), ...reasonsOf(look.plan)];
  });
  expect(looks).toEqual([
    [1000],
    [1000],
    ["acted_before"],
    ["no_privilege"],
    [1000],
    [1000],
    ["acted_before"],
  ]);
});

test("E20: out of sight for a while, and back as the same, it is not tried anew", () => {
  const suspects = leakedSessions(1);
  const cancelled = decided(emptyLeash, aSituation(suspects), { outcome: () => "cancelled" });
  const blind = decided(cancelled.leash, aSituation([], { nowSeconds: NOW + 60 }));
  const back = decided(blind.leash, aSituation(suspects, { nowSeconds: NOW + 120 }));
  expect(reasonsOf(back.plan)).toEqual(["acted_before"]);
});

test("E14: what was done to a session says nothing of its next period, nor of who has its pid next", () => {
  const { leash } = decided(emptyLeash, aSituation([aLeaked(1)]));
  const later = aLeaked(1, { period: "2026-01-01 00:10:00.000002+00" });
  const heir = aLeaked(1, { backend: { id: { pid: 1, backendStart: "2026-01-01 00:09:00.000001+00" } } });
  const otherKind = aLeaked(1, { kind: "stale_active" });
  for (const suspect of [later, heir, otherKind])
    expect(endedBy(decided(leash, aSituation([suspect])).plan)).toEqual([1]);
});

test("what was acted on is forgotten once it is over and no limit remembers it", () => {
  const acted = decided(emptyLeash, aSituation(leakedSessions(3)));
  expect(acted.leash.acted.size).toBe(3);
  const later = decided(acted.leash, aSituation([], { nowSeconds: NOW + 3600 }));
  expect(later.leash).toEqual(emptyLeash);
});

test("E35: a prepared transaction and a pool are never ended, whatever matches them", () => {
  const suspects = [aPreparedSuspect({ severity: "leaked" }), aPoolSuspect({ severity: "leaked" })];
  const { plan } = decided(emptyLeash, aSituation(suspects));
  expect(reasonsOf(plan)).toEqual(["not_a_session", "not_a_session"]);
  expect(plan.decisions).toEqual(
    suspects.map((episode) => expect.objectContaining({ episode, rule: expect.objectContaining({}) })),
  );
});

test("a suspect is ended by the first rule that allows it, and spared for the one that came furthest", () => {
  const far = aRule({ name: "far", minHarm: "blocking" });
  const near = aRule({ name: "near", minAgeSeconds: 9000 });
  const last = aRule({ name: "last" });
  const situation = aSituation(leakedSessions(1));
  const spared = decided(emptyLeash, situation, { policy: aPolicy({ rules: [near, far] }) });
  expect(spared.plan.decisions).toMatchObject([{ reason: "too_little_harm", rule: { name: "far" } }]);
  const ended = decided(emptyLeash, situation, { policy: aPolicy({ rules: [near, far, last, aRule()] }) });
  expect(actsOf(ended.plan)).toMatchObject([{ rule: { name: "last" } }]);
});

test("E34: every suspect is counted once, as spared for a reason or by what came of its act", () => {
  const suspects = [...leakedSessions(5), aPreparedSuspect(), aLeaked(7, { severity: "suspect" })];
  const policy = aPolicy({ limits: { ...noLimits, perLook: 2 } });
  const { plan } = decided(emptyLeash, aSituation(suspects), { policy });
  const results = actsOf(plan).map((act) => ({ act, outcome: "terminated" as const }));
  const tally = addPlan(emptyDecisionTally, plan, results);
  const spared = [...tally.spared.values()].reduce((sum, count) => sum + count, 0);
  expect([tally.decided, spared, tally.byRule.get("everything")?.acts.terminate.terminated]).toEqual([
    7, 5, 2,
  ]);
});

test("E23: a clock that went back holds up no limit for longer than the limit, and lifts none", () => {
  const policy = aPolicy({ limits: { ...noLimits, perHour: 1, coolDownSeconds: 10 } });
  const future = aLeash(anEntry({ atSeconds: NOW + 86_400, episode: "of another clock" }));
  const suspects = leakedSessions(1);
  const back = decided(future, aSituation(suspects), { policy });
  expect(reasonsOf(back.plan)).toEqual(["rate_hour"]);
  const soon = decided(back.leash, aSituation(suspects, { nowSeconds: NOW + 3599 }), { policy });
  expect(reasonsOf(soon.plan)).toEqual(["rate_hour"]);
  const later = decided(soon.leash, aSituation(suspects, { nowSeconds: NOW + 3600 }), { policy });
  expect(endedBy(later.plan)).toEqual([1000]);
});

test("E15: a cool-down of hours outlives the hour that the rates look back on", () => {
  const policy = aPolicy({ limits: { ...noLimits, coolDownSeconds: 7200 } });
  const first = decided(emptyLeash, aSituation([aLeaked(1)]), { policy });
  const between = decided(first.leash, aSituation([], { nowSeconds: NOW + 4000 }), { policy });
  const second = decided(between.leash, aSituation([aLeaked(2)], { nowSeconds: NOW + 7199 }), { policy });
  expect(reasonsOf(second.plan)).toEqual(["cool_down"]);
});
