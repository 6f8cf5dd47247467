import { describe, expect, test } from "vitest";

import type { ConfiguredPolicy, ConfiguredRule } from "../../src/config/config.ts";
import { aTarget } from "../support/a-target.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

function policyOf(text: string): ConfiguredPolicy {
  return configOf(text).policy;
}

/** A rule with what it must have, and with these keys. */
function ruleOf(keys = "", policy = ""): ConfiguredRule {
  const [rule] = policyOf(`policy:
  ${policy}
  rules:
    - name: orders
      match: ['usename="orders"', 'kind="idle_in_transaction"']
      action: terminate
      min_age: 10m
      ${keys}
`).rules;
  if (rule === undefined) throw new Error("expected a rule");
  return rule;
}

const limits = {
  perLook: 1,
  perMinute: 5,
  perHour: 30,
  share: 0.05,
  shareWindowSeconds: 600,
  coolDownSeconds: 10,
};
const breaker = { futileActs: 3, unconfirmedActs: 2, windowSeconds: 600, coolDownSeconds: 1800 };

describe("nobody is ended, and nothing is enforced", () => {
  test.for(["", "policy: {}", "policy: { rules: [] }", "policy: { mode: dry_run }"])("by %j", (text) => {
    expect(policyOf(text)).toMatchObject({
      mode: "dry_run",
      rules: [],
      auditFile: null,
      pauseFile: null,
      leaseDatabase: "postgres",
      limits,
      breaker,
      unprotected: [],
    });
  });

  test("without a file", () => {
    expect(configOf("", anEnvironment({ DATABASE_URL: "postgres://h" })).policy.rules).toEqual([]);
  });
});

describe("a rule", () => {
  test("of which little is said is a careful one", () => {
    expect(ruleOf()).toEqual({
      name: "orders",
      match: ['usename="orders"', 'kind="idle_in_transaction"'],
      matches: expect.any(Function),
      matchers: [
        { text: 'usename="orders"', matches: expect.any(Function) },
        { text: 'kind="idle_in_transaction"', matches: expect.any(Function) },
      ],
      action: "terminate",
      minAgeSeconds: 600,
      minSightings: 3,
      minFollowedSeconds: 60,
      minHarm: "slot",
      minPressure: 0,
      maxWorkAtRiskSeconds: Infinity,
      serverRole: "primary",
      during: null,
      except: null,
      isOpenAt: expect.any(Function),
      warnForSeconds: 60,
      rate: { perLook: Infinity, perMinute: Infinity, perHour: Infinity },
      share: null,
    });
  });

  test.for([
    ["sightings: 5", { minSightings: 5 }],
    ["followed_for: 0s", { minFollowedSeconds: 0 }],
    ["min_harm: vacuum", { minHarm: "vacuum" }],
    ["min_pressure: 80%", { minPressure: 0.8 }],
    ["max_work_at_risk: 1h", { maxWorkAtRiskSeconds: 3600 }],
    ["max_work_at_risk: any", { maxWorkAtRiskSeconds: Infinity }],
    ["server_role: any", { serverRole: "any" }],
    ["warn_for: 5m", { warnForSeconds: 300 }],
    ["share: 20%", { share: 0.2 }],
    ["limits: { per_minute: 2 }", { rate: { perLook: Infinity, perMinute: 2, perHour: Infinity } }],
  ] as const)("reads %s", ([keys, expected]) => {
    expect(ruleOf(keys)).toMatchObject(expected);
  });

  test("has no limits but its own: those of the policy hold besides, and are the reason when they are used up", () => {
    const rule = ruleOf("limits: { per_hour: 7 }", "limits: { per_look: 4, per_minute: 10, per_hour: 50 }");
    expect(rule.rate).toEqual({ perLook: Infinity, perMinute: Infinity, perHour: 7 });
  });

  test("matches when all of its matchers do", () => {
    const [rule] = policyOf(`
policy:
  rules:
    - name: carts
      match: ['usename="orders"', 'kind=~"idle_in_transaction.*"', 'comment.route=~"/cart.*"']
      action: terminate
      min_age: 10m
`).rules;
    const commentKeys = new Map([["route", "/cart/7"]]);
    expect(rule?.matches(aTarget({ commentKeys }))).toBe(true);
    expect(rule?.matches(aTarget())).toBe(false);
    expect(rule?.matches(aTarget({ commentKeys: new Map() }))).toBe(false);
    expect(rule?.matches(aTarget({ commentKeys, kind: "stale_active" }))).toBe(false);
    expect(rule?.matches(aTarget({ commentKeys, usename: null }))).toBe(false);
    expect(rule?.matchers.map(({ text, matches }) => [text, matches(aTarget())])).toEqual([
      ['usename="orders"', true],
      ['kind=~"idle_in_transaction.*"', true],
      ['comment.route=~"/cart.*"', false],
    ]);
  });
});

describe("the windows of a rule", () => {
  const office = 'during: { cron: ["* 8-17 * * MON-FRI"], time_zone: Europe/Berlin }';
  const deploys = 'except: { cron: ["0-29 12 * * *"], time_zone: UTC }';
  const noon = Date.parse("2026-06-01T12:15:00Z") / 1000;
  const afternoon = Date.parse("2026-06-01T13:00:00Z") / 1000;
  const night = Date.parse("2026-06-01T23:00:00Z") / 1000;

  test.for([
    ["", [true, true, true]],
    [office, [true, true, false]],
    [deploys, [false, true, true]],
    [`${office}\n      ${deploys}`, [false, true, false]],
  ] as const)("%s: at noon, in the afternoon, at night %j", ([keys, expected]) => {
    const { isOpenAt } = ruleOf(keys);
    expect([noon, afternoon, night].map((at) => isOpenAt(at))).toEqual(expected);
  });
});

test("what it takes to act is read", () => {
  const text = `
policy:
  mode: enforce
  audit_file: /var/lib/pgleash/audit.jsonl
  pause_file: /run/pgleash/pause.json
  lease_database: shop
  limits: { share: 12.5%, share_window: 1h, cool_down: 0s }
  breaker: { futile_acts: 5, unconfirmed_acts: 1, window: 5m, cool_down: 1h }
`;
  expect(policyOf(text)).toMatchObject({
    mode: "enforce",
    auditFile: "/var/lib/pgleash/audit.jsonl",
    pauseFile: "/run/pgleash/pause.json",
    leaseDatabase: "shop",
    limits: { ...limits, share: 0.125, shareWindowSeconds: 3600, coolDownSeconds: 0 },
    breaker: { futileActs: 5, unconfirmedActs: 1, windowSeconds: 300, coolDownSeconds: 3600 },
  });
});
