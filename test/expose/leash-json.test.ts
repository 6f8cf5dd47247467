import { describe, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { ActedOn, LedgerEntry } from "../../src/decide/ledger.ts";
import { suspectsJson, type DecidedSuspectJson, type ServerJson } from "../../src/expose/suspects-json.ts";
import { aLeaked, anEntry, anOpenBreaker, aPolicy, aRule, noLimits, NOW } from "../support/a-case.ts";
import { aLeashedView, type Deciding } from "../support/a-leash-report.ts";
import { aPreparedSuspect } from "../support/a-view.ts";

const policy = aPolicy({ limits: { ...noLimits, perMinute: 5, perHour: 30 } });

function leashOf(deciding: Deciding): ServerJson["leash"] | undefined {
  return suspectsJson([aLeashedView([], { policy, ...deciding })]).servers[0]?.leash;
}

function decisionOf(suspect: Episode, deciding: Deciding): DecidedSuspectJson["decision"] | undefined {
  return suspectsJson([aLeashedView([suspect], { policy, ...deciding })]).suspects[0]?.decision;
}

describe("the leash of a server", () => {
  test("is shown whole where nothing is in the way", () => {
    expect(leashOf({})).toEqual({
      mode: "enforce",
      enforcing: true,
      lease: true,
      lease_refusal: null,
      paused: null,
      breaker: { state: "closed", since: null, why: null, phase: "closed", until: null, grounds: null },
      audit_failure: null,
      pooled: false,
      may_signal: true,
      announced_sessions: 0,
      budget: { minute: { used: 0, limit: 5 }, hour: { used: 0, limit: 30 } },
    });
  });

  test("says whatever is in the way, who ordered it, and since when", () => {
    const breaker = anOpenBreaker();
    const pause = { reason: "release 7", untilSeconds: NOW + 3600, by: "ada" };
    const permits = { pause, hasLease: false, isPooled: true, canSignal: false };
    const shown = leashOf({
      situation: { permits },
      before: { ...emptyLeash, ledger: { entries: [], breaker } },
      refusals: { leaseRefusal: "it is held by pid 17", auditFailure: "ENOSPC" },
    });
    expect(shown).toMatchObject({
      lease: false,
      lease_refusal: "it is held by pid 17",
      paused: { reason: "release 7", until: "2027-01-15T09:00:00.000Z", by: "ada" },
      breaker: { state: "open", since: "2027-01-15T07:59:00.000Z", why: "futile", phase: "cooling" },
      audit_failure: "ENOSPC",
      pooled: true,
      may_signal: false,
    });
  });

  const holder = { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" };
  const names = { usename: "app", application_name: "web-1" };

  test.for<[ActedOn, object]>([
    [
      { breadth: "holder", holder },
      { ...names, client_addr: "10.0.0.7" },
    ],
    [
      { breadth: "application", application: { usename: "app", applicationName: "web-1" } },
      { ...names, client_addr: null },
    ],
    [{ breadth: "everybody" }, { usename: null, application_name: null, client_addr: null }],
  ])("says of an open breaker by whose sessions it opened: %j", ([actedOn, shown]) => {
    const grounds = { actedOn, acts: 3, sessionsBefore: 4, sessionsAfter: 5 };
    const breaker = anOpenBreaker({ grounds });
    const leash = leashOf({ before: { ...emptyLeash, ledger: { entries: [], breaker } } });
    const counts = { acts: 3, sessions_before: 4, sessions_after: 5 };
    expect(leash?.breaker.grounds).toEqual({ breadth: actedOn.breadth, ...shown, ...counts });
  });

  test("says when an open breaker tries one act, and when it judges it", () => {
    const settings = { ...policy.breaker, coolDownSeconds: 600, windowSeconds: 300 };
    const at = (nowSeconds: number, entries: readonly LedgerEntry[] = []): unknown => {
      const breaker = anOpenBreaker({ sinceSeconds: NOW - 700 });
      const { phase, until } =
        leashOf({
          policy: { ...policy, breaker: settings },
          situation: { nowSeconds },
          before: { ...emptyLeash, ledger: { entries, breaker } },
        })?.breaker ?? {};
      return [phase, until];
    };
    expect(at(NOW - 200)).toEqual(["cooling", "2027-01-15T07:58:20.000Z"]);
    expect(at(NOW)).toEqual(["half_open", null]);
    const trial = anEntry({ atSeconds: NOW - 10, outcome: "terminated" });
    expect(at(NOW, [trial])).toEqual(["on_trial", "2027-01-15T08:04:50.000Z"]);
  });

  test("tells a policy that may enforce from one that does", () => {
    expect(leashOf({ situation: { permits: { isEnforcing: false } } })).toMatchObject({
      mode: "enforce",
      enforcing: false,
    });
    expect(leashOf({ policy: { ...policy, mode: "dry_run" } })).toMatchObject({ mode: "dry_run" });
  });
});

describe("what was decided about a suspect", () => {
  test("is an act with what came of it", () => {
    expect(decisionOf(aLeaked(), { outcome: () => "not_confirmed" })).toEqual({
      type: "act",
      reason: null,
      why: null,
      would_also_be_refused: [],
      rule: "everything",
      action: "terminate",
      outcome: "not_confirmed",
      detail: null,
      planned_at: null,
    });
  });

  test("or the reason that spares it, with what would have to change, by the rule that came furthest", () => {
    const rules = [aRule({ name: "strict", minAgeSeconds: 7200 }), aRule({ name: "calm", minPressure: 0.9 })];
    expect(decisionOf(aLeaked(), { policy: { ...policy, rules } })).toEqual({
      type: "spare",
      reason: "too_little_pressure",
      why: "50 % of the slots are used, and the rule asks for 90 %",
      would_also_be_refused: [],
      rule: "calm",
      action: "terminate",
      outcome: null,
      detail: null,
      planned_at: null,
    });
  });

  test("says what would refuse it beside the dry run, field by field", () => {
    const permits = { isEnforcing: false, hasLease: false, canSignal: false };
    expect(decisionOf(aLeaked(), { situation: { permits } })).toMatchObject({
      reason: "dry_run",
      would_also_be_refused: [
        { reason: "no_privilege", why: "our role is no member of pg_signal_backend: it needs the grant" },
      ],
    });
  });

  test("has the planned time of whoever is announced", () => {
    const rules = [aRule({ warnForSeconds: 45 })];
    expect(decisionOf(aLeaked(), { policy: { ...policy, rules } })).toMatchObject({
      type: "spare",
      reason: "announced",
      planned_at: "2027-01-15T08:00:45.000Z",
    });
  });

  test("names no rule where none matches, and is said of what is no session, too", () => {
    const rules = [aRule({ matches: () => false })];
    expect(decisionOf(aLeaked(), { policy: { ...policy, rules } })).toMatchObject({
      reason: "no_rule",
      rule: null,
      action: null,
    });
    expect(decisionOf(aPreparedSuspect(), {})).toMatchObject({ reason: "not_a_session" });
  });

  test("is missing where there are no rules", () => {
    const view = aLeashedView([aLeaked()]);
    const report = view.report === null ? null : { ...view.report, leash: null };
    const { suspects, servers } = suspectsJson([{ ...view, report }]);
    expect([suspects[0]?.decision, servers[0]?.leash]).toEqual([null, null]);
  });

  test("of several is each its own", () => {
    const suspects = [aLeaked(1), aLeaked(2, { severity: "suspect" }), aLeaked(3)];
    const view = aLeashedView(suspects, { policy: { ...policy, limits: { ...noLimits, perLook: 1 } } });
    const shown = suspectsJson([view]).suspects.map((one) => [
      "pid" in one ? one.pid : null,
      one.decision?.outcome ?? one.decision?.reason,
    ]);
    expect(shown).toEqual([
      [1, "terminated"],
      [3, "rate_look"],
      [2, "not_leaked"],
    ]);
  });
});
