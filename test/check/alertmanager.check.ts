import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

import { alertsFolder, alertsOf, readRuleFile, readUnitTests } from "../support/rule-file.ts";
import { runTool } from "../support/run-tool.ts";

const path = fileURLToPath(new URL("alertmanager.yml", alertsFolder));

const inhibitions = z.looseObject({
  inhibit_rules: z.array(
    z.strictObject({
      source_matchers: z.array(z.string()),
      target_matchers: z.array(z.string()),
      equal: z.array(z.string()),
    }),
  ),
});

const rules = inhibitions.parse(parse(await readFile(path, "utf8"))).inhibit_rules;
const alerts = alertsOf(await readRuleFile());
const unitTests = await readUnitTests();

/** The labels of an alert as its cases expect them. */
function labelsOf(alert: string): Readonly<Record<string, string>> {
  const expected = unitTests
    .flatMap(({ tests }) => tests)
    .flatMap(({ alert_rule_test: asked = [] }) => asked)
    .find(({ alertname, exp_alerts: found }) => alertname === alert && found.length > 0);
  return { alertname: alert, ...expected?.exp_alerts[0]?.exp_labels };
}

function matchesAll(labels: Readonly<Record<string, string>>, matchers: readonly string[]): boolean {
  return matchers.every((matcher) => {
    const {
      label = "",
      operator,
      value = "",
    } = /^(?<label>\w+)(?<operator>=~?)"(?<value>.*)"$/.exec(matcher)?.groups ?? {};
    const actual = labels[label] ?? "";
    return operator === "=" ? actual === value : new RegExp(`^(?:${value})$`).test(actual);
  });
}

/** Whether one alert makes another superfluous, as Alertmanager says: never itself, and with equal labels. */
function inhibits(source: string, target: string, changed: Readonly<Record<string, string>> = {}): boolean {
  const [from, to] = [labelsOf(source), { ...labelsOf(target), ...changed }];
  return rules.some(
    ({ source_matchers: sources, target_matchers: targets, equal }) =>
      matchesAll(from, sources) &&
      matchesAll(to, targets) &&
      equal.every((label) => (from[label] ?? "") === (to[label] ?? "")),
  );
}

test("amtool finds nothing to say about the configuration", async () => {
  const { code, output } = await runTool("amtool", ["check-config", path]);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("SUCCESS") });
});

describe("routes", () => {
  test.for([
    { labels: labelsOf("PgleashSlotsRunOutSoon"), receivers: "pager" },
    { labels: labelsOf("PgleashDown"), receivers: "tickets" },
    { labels: labelsOf("PgleashServerDroppedOut"), receivers: "pager" },
    { labels: labelsOf("PgleashSessionsLeaked"), receivers: "team-orders,tickets" },
    { labels: { ...labelsOf("PgleashSessionsLeaked"), application_name: "billing" }, receivers: "tickets" },
    { labels: labelsOf("PgleashLeakRateHigh"), receivers: "team-orders,tickets" },
    { labels: labelsOf("PgleashSessionsSuspected"), receivers: "channel" },
    { labels: labelsOf("PgleashPaused"), receivers: "channel" },
    { labels: labelsOf("DatabaseConnectionLeak"), receivers: "tickets" },
    { labels: { alertname: "SomebodyElses" }, receivers: "tickets" },
  ])("$labels.alertname goes to $receivers", async ({ labels, receivers }) => {
    const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const { code, output } = await runTool("amtool", [
      "config",
      "routes",
      "test",
      `--config.file=${path}`,
      `--verify.receivers=${receivers}`,
      ...words,
    ]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(receivers) });
  });

  test("amtool would say so if it were another receiver", async () => {
    const words = ["config", "routes", "test", `--config.file=${path}`, "--verify.receivers=pager"];
    expect((await runTool("amtool", [...words, "severity=info"])).code).not.toBe(0);
  });
});

describe("inhibition", () => {
  const server = "PgleashServerNotWatched";

  test("a server that nobody can look at silences all that is known of it, but what wakes a person", () => {
    const ofServer = alerts.filter(({ alert }) => labelsOf(alert)["server"] === "main");
    expect(ofServer.length).toBeGreaterThan(25);
    for (const { alert, labels } of ofServer)
      expect({ alert, isInhibited: inhibits(server, alert) }).toEqual({
        alert,
        isInhibited: labels.severity !== "critical",
      });
  });

  test("it silences nothing of another server, and nothing that is of none", () => {
    expect(inhibits(server, "PgleashSessionsLeaked", { server: "other" })).toBe(false);
    expect(inhibits(server, "PgleashReloadFailed")).toBe(false);
    expect(inhibits(server, "PgleashDown")).toBe(false);
  });

  test.for([
    ["PgleashSessionsLeaked", "PgleashSessionsSuspected", { application_name: "billing" }],
    ["PgleashSlotsUsedUp", "PgleashSlotsNearlyUsedUp", { server: "other" }],
  ] as const)("%s silences %s of the same, and of nobody else", ([source, target, others]) => {
    expect(inhibits(source, target)).toBe(true);
    expect(inhibits(source, target, others)).toBe(false);
    expect(inhibits(target, source)).toBe(false);
  });

  test("slots that run out within the hour silence those that run out within a day, of the same scope", () => {
    const [soon, later] = ["PgleashSlotsRunOutSoon", "PgleashSlotsWillRunOut"];
    expect(inhibits(soon, later, { scope: "server", name: "" })).toBe(true);
    expect(inhibits(soon, later)).toBe(false);
  });

  test("slots that are used up silence that the server's run out soon, not that those of a role do", () => {
    const [usedUp, soon] = ["PgleashSlotsUsedUp", "PgleashSlotsRunOutSoon"];
    expect(inhibits(usedUp, soon, { scope: "server", name: "" })).toBe(true);
    expect(inhibits(usedUp, soon, { scope: "role", name: "orders" })).toBe(false);
    expect(inhibits(usedUp, soon, { scope: "server", server: "other" })).toBe(false);
  });

  test("a pool that leaks fast silences that it leaks, and no other pool", () => {
    const [fast, leaks] = ["PgleashLeakRateHigh", "PgleashPoolLeaked"];
    expect(inhibits(fast, leaks, { pool: "orders" })).toBe(true);
    expect(inhibits(fast, leaks)).toBe(false);
    expect(inhibits(leaks, fast, { pool: "" })).toBe(false);
  });

  test("every rule is of alerts that exist, and one of them has each label that must be equal", () => {
    for (const { source_matchers: sources, target_matchers: targets, equal } of rules) {
      const from = alerts.filter(({ alert }) => matchesAll(labelsOf(alert), sources));
      expect(from).toHaveLength(1);
      expect(alerts.filter(({ alert }) => matchesAll(labelsOf(alert), targets)).length).toBeGreaterThan(0);
      const { source } = { source: labelsOf(from[0]?.alert ?? "") };
      for (const label of equal) expect(label === "name" || label === "pool" || label in source).toBe(true);
    }
  });
});
