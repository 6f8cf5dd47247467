import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";

import { parseDuration } from "../../src/config/duration.ts";
import { scaleRules } from "./scale-rules.ts";

const shipped = await readFile(new URL("../../alerts/pgleash.rules.yml", import.meta.url), "utf8");

function aFile(rule: string, group = ""): string {
  return `groups:\n  - name: g\n${group}    rules:\n      - ${rule}\n`;
}

function anAlert(annotation: string, more = ""): string {
  const annotations = `annotations: { description: '${annotation}' }`;
  return aFile(`{ alert: A, expr: x > 1, for: 5m, keep_firing_for: 15m, labels: {}, ${annotations}${more} }`);
}

test("the shipped file, at its own speed, says what it said", () => {
  expect(parse(scaleRules(shipped, 1))).toEqual(parse(shipped));
});

const ruleFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string().optional(), expr: z.string() })) })),
});

function rulesOf(text: string) {
  return ruleFile.parse(parse(text)).groups.flatMap(({ rules }) => rules);
}

/** Of a rule file without its comments. */
function durationsOf(text: string): readonly string[] {
  const found = stringify(parse(text), { lineWidth: 0 }).matchAll(
    /(?:\[|offset |for: |[a-z_]+_for: )(?<duration>(?:\d+(?:ms|[smhd]))+)/g,
  );
  return [...found].map(({ groups }) => groups?.["duration"] ?? "");
}

function seconds(duration: string): number {
  return parseDuration(duration) ?? NaN;
}

test.for([1.25, 5])("of the shipped file, %d times as fast, every duration is shorter", (factor) => {
  const [before, after] = [durationsOf(shipped), durationsOf(scaleRules(shipped, factor))];
  expect(before.length).toBeGreaterThan(50);
  expect(after.map(seconds)).toEqual(before.map((duration) => seconds(duration) / factor));
});

test.for([
  ["PgleashSlotsRunOutSoon", "< 720 "],
  ["PgleashSlotsRunOutSoon", "<= 0.5"],
  ["PgleashSlotsWillRunOut", "< 17280"],
  ["PgleashLeakRateHigh", "> 5"],
  ["PgleashLooksStale", ", 24)"],
  ["PgleashEvidenceStale", "> 30 * max by (server)"],
  ["PgleashSlotsUsedUp", "> 0.95"],
] as const)("of the shipped file, five times as fast, %s asks for %s", ([alert, part]) => {
  const rules = rulesOf(scaleRules(shipped, 5));
  expect(rules.find((rule) => rule.alert === alert)?.expr.replaceAll(/\s+/g, " ")).toContain(part);
});

test("scales what an alert waits for, the interval of its group, and what its description asks", () => {
  const asked = "{{ range printf `rate(y_total{a=%q}[10m]) > 1` $labels.a | query }}{{ end }} for 5 minutes";
  const text = anAlert(asked).replace("    rules", "    interval: 30s\n    rules");
  expect(parse(scaleRules(text, 10))).toEqual({
    groups: [
      {
        name: "g",
        interval: "3s",
        rules: [
          {
            alert: "A",
            expr: "x > 1",
            for: "30s",
            keep_firing_for: "1m30s",
            labels: {},
            annotations: { description: asked.replace("[10m]) > 1", "[1m]) > 10") },
          },
        ],
      },
    ],
  });
});

test("knows the unit of what was recorded before", () => {
  const rules =
    "{ record: 'a:age:max', expr: max(x_seconds) }\n      - { record: 'a:old:max', expr: a:age:max > 60 }";
  expect(rulesOf(scaleRules(aFile(rules), 10))[1]?.expr).toBe("a:age:max > 6");
});

test.for([
  ["a key of a rule", anAlert("x", ", limit: 5"), "limit"],
  ["a key of a group", aFile("{ record: 'a:b', expr: x }", "    query_offset: 1m\n"), "query_offset"],
  ["a duration that is none", anAlert("x").replace("5m", "five minutes"), "five minutes"],
  ["a recording rule with the name of a metric", aFile("{ record: x_seconds, expr: x }"), "x_seconds"],
  ["another question in a template", anAlert('{{ range query "rate(x[5m])" }}{{ end }}'), "question"],
] as const)("refuses %s that it does not know", ([, text, why]) => {
  expect(() => scaleRules(text, 10)).toThrow(why);
});
