import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const recording = z.strictObject({ record: z.string(), expr: z.string() });

const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  keep_firing_for: z.string(),
  labels: z.strictObject({ severity: z.enum(["critical", "warning", "info"]) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});

const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([recording, alert])) })),
});

const expectedAlerts = z.strictObject({
  eval_time: z.string(),
  alertname: z.string(),
  exp_alerts: z.array(
    z.strictObject({
      exp_labels: z.record(z.string(), z.string()),
      exp_annotations: z.record(z.string(), z.string()),
    }),
  ),
});

const expectedSamples = z.strictObject({
  eval_time: z.string(),
  expr: z.string(),
  exp_samples: z.array(z.strictObject({ labels: z.string(), value: z.number() })),
});

const unitTests = z.strictObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string(),
  tests: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string(),
      input_series: z.array(z.strictObject({ series: z.string(), values: z.string() })),
      alert_rule_test: z.array(expectedAlerts).optional(),
      promql_expr_test: z.array(expectedSamples).optional(),
    }),
  ),
});

export type RuleFile = z.infer<typeof ruleFile>;
export type Recording = z.infer<typeof recording>;
export type Alert = z.infer<typeof alert>;
/** The cases of one file of `alerts/tests/`. */
export type UnitTests = z.infer<typeof unitTests> & { readonly file: string };

/** The folder of everything that is about alerts. */
export const alertsFolder = new URL("../../alerts/", import.meta.url);

/** `alerts/pgleash.rules.yml`. Every alert must have all that ours have, and nothing else. */
export async function readRuleFile(): Promise<RuleFile> {
  return ruleFile.parse(parse(await readFile(new URL("pgleash.rules.yml", alertsFolder), "utf8")));
}

/** The alerts of a rule file, in its order. */
export function alertsOf({ groups }: RuleFile): readonly Alert[] {
  return groups.flatMap(({ rules }) => rules.filter((rule) => "alert" in rule));
}

/** The recording rules of a rule file, in its order. */
export function recordingsOf({ groups }: RuleFile): readonly Recording[] {
  return groups.flatMap(({ rules }) => rules.filter((rule) => "record" in rule));
}

/** Everything in `alerts/tests/`. */
export async function readUnitTests(): Promise<readonly UnitTests[]> {
  const folder = new URL("tests/", alertsFolder);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".test.yml")).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), "utf8");
      return { ...unitTests.parse(parse(text)), file: basename(file, ".test.yml") };
    }),
  );
}
