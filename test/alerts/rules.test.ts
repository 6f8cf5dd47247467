import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { readingsOf } from "../support/promql-structure.ts";
import { mistakesOf } from "../support/promql.ts";
import {
  alertsOf,
  readRuleFile,
  readUnitTests,
  recordingsOf,
  type Alert,
  type UnitTests,
} from "../support/rule-file.ts";

type Case = UnitTests["tests"][number];

const rules = await readRuleFile();
const alerts = alertsOf(rules);
const cases = (await readUnitTests()).flatMap(({ tests }) => tests);

/** What an alert that must hold for a while reads as it is now: a metric that is missing there tells something itself. */
const readAtOnce: ReadonlyMap<string, readonly string[]> = new Map([
  ["PgleashAbsent", ["up"]],
  ["PgleashLeakRateHigh", ["pgleash_up"]],
  ["PgleashSlotsRunOutSoon", ["pgleash_up"]],
  ["PgleashSlotsUsedUp", ["pgleash_up"]],
  ["PgleashSuspectBlocksOthers", ["pgleash_up"]],
]);

function casesOf({ alert }: Alert): readonly Case[] {
  return cases.filter(({ name }) => name.startsWith(`${alert}: `));
}

/** How many alerts a case expects, in the order of time. */
function countsOf({ alert_rule_test: expected = [] }: Case): readonly number[] {
  return expected.map(({ exp_alerts: found }) => found.length);
}

/** The cases of an alert whose name begins so, and what they expect. */
function countsNamed(alert: Alert, begin: string): readonly (readonly number[])[] {
  const named = casesOf(alert).filter(({ name }) => name.startsWith(`${alert.alert}: ${begin}`));
  expect(named.length).toBeGreaterThan(0);
  return named.map(countsOf);
}

test("the rules are many, each has its own name, and all expressions parse", () => {
  const names = alerts.map(({ alert }) => alert);
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
  expect([...alerts, ...recordingsOf(rules)].filter(({ expr }) => mistakesOf(expr).length > 0)).toEqual([]);
});

describe.each(alerts)("$alert", (alert) => {
  const { summary, description, runbook_url: runbook } = alert.annotations;

  test("has the name, the labels and the texts that the field expects", () => {
    expect(alert.alert).toMatch(/^(?:Pgleash[A-Z][A-Za-z]+|DatabaseConnectionLeak)$/);
    expect(summary).toMatch(/^(?:[A-Z]|pgleash )[^{}]+\.$/);
    expect(description).toMatch(/^(?:[A-Z]|\{\{).*\{\{.*\.$/s);
    expect(runbook).toBe(`https://github.com/pgleash/pgleash/blob/main/alerts/runbooks/${alert.alert}.md`);
    // What differs from one evaluation to the next makes a new alert each time.
    expect(JSON.stringify(alert.labels)).not.toContain("{{");
  });

  test("compares with a value, or asks for what is absent", () => {
    expect(alert.expr).toMatch(/[<>=]=? [\d.]+$|\n {2}> .+|^absent\(|\n {2}unless on \(server\)\n[^<>=]+$/m);
    expect(alert.expr).not.toContain("topk(");
  });

  test("is bridged over looks and scrapes that fail, where it must hold for a minute or longer", () => {
    if (alert.for === "0s") return;
    const readings = readingsOf(alert.expr).map(({ metric, within }) => ({
      metric,
      isBridged: within.some((call) => call.endsWith("_over_time") || call === "increase"),
    }));
    const bridged = new Set(readings.filter(({ isBridged }) => isBridged).map(({ metric }) => metric));
    const bare = readings.filter(({ metric, isBridged }) => !isBridged && !bridged.has(metric));
    expect(bare.map(({ metric }) => metric)).toEqual(readAtOnce.get(alert.alert) ?? []);
  });

  test("says of which server, database, role and application it is, and all else that tells it from others", () => {
    const expected = casesOf(alert)
      .flatMap(({ alert_rule_test: tests = [] }) => tests)
      .flatMap(({ exp_alerts: found }) => found);
    expect(expected.length).toBeGreaterThan(0);
    for (const { exp_labels: labels, exp_annotations: texts } of expected) {
      const { severity, ...told } = labels;
      expect(severity).toBe(alert.labels.severity);
      for (const value of Object.values(told)) expect(texts["description"]).toContain(value);
    }
  });

  test("has a case in which it fires, after it has not", () => {
    for (const counts of countsNamed(alert, "fires ")) expect(counts.at(-1)).toBeGreaterThan(0);
    expect(countsNamed(alert, "fires ").some((counts) => counts[0] === 0)).toBe(true);
  });

  test("has a case just below, in which it never fires", () => {
    for (const counts of countsNamed(alert, "does not fire just below"))
      expect(counts.filter((count) => count > 0)).toEqual([]);
  });

  test("has a case of dips and brief times, in which it does not end once it fires", () => {
    for (const counts of countsNamed(alert, "does not flap")) {
      const firing = counts.slice(counts.findIndex((count) => count > 0));
      expect(firing.length).toBeGreaterThan(2);
      expect(firing).not.toContain(0);
    }
  });

  test("has a case in which it resolves", () => {
    for (const counts of countsNamed(alert, "resolves ")) {
      expect(counts[0]).toBeGreaterThan(0);
      expect(counts.at(-1)).toBe(0);
    }
  });

  test("is the only one that its cases ask about", () => {
    const asked = casesOf(alert).flatMap(({ alert_rule_test: tests = [] }) => tests);
    expect(new Set(asked.map(({ alertname }) => alertname))).toEqual(new Set([alert.alert]));
  });
});

test("every case is of an alert that exists, or of what is recorded", () => {
  const known = new Set(["recorded", ...alerts.map(({ alert }) => alert)]);
  expect(cases.map(({ name }) => name).filter((name) => !known.has(name.split(": ")[0] ?? ""))).toEqual([]);
});

test("everything that is recorded for others to read is asked for in a case", () => {
  const asked = cases.flatMap(({ promql_expr_test: tests = [] }) => tests.map(({ expr }) => expr));
  const readByAlerts = alerts.map(({ expr }) => expr).join("\n");
  const unasked = recordingsOf(rules).filter(
    ({ record }) => !asked.includes(record) && !readByAlerts.includes(record),
  );
  expect(unasked).toEqual([]);
});

test("the PrometheusRule has the same groups", async () => {
  const manifest = new URL("../../config/kubernetes/prometheus-rule.yml", import.meta.url);
  expect(parse(await readFile(manifest, "utf8"))).toMatchObject({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    spec: { groups: rules.groups },
  });
});
