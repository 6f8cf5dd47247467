import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";

import { expressionsOf, shippedDashboards, withValues } from "../support/dashboards.ts";
import { runTool } from "../support/run-tool.ts";

/** Prometheus checks expressions where they stand in rules: each becomes a recording rule, of which one may be broken. */
async function checkAsRules(
  expressions: readonly string[],
): Promise<{ readonly code: unknown; readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-dashboards-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const rules = expressions.map((expr, index) => ({ record: `expression:${index}`, expr }));
  const file = join(folder, "expressions.rules.yml");
  await writeFile(file, stringify({ groups: [{ name: "dashboards", rules }] }));
  return runTool("promtool", ["check", "rules", file]);
}

async function allExpressions(): Promise<readonly string[]> {
  return (await shippedDashboards()).flatMap(expressionsOf).map(({ expr }) => withValues(expr));
}

test("Prometheus itself understands every expression of every dashboard", async () => {
  const expressions = await allExpressions();
  const { code, output } = await checkAsRules(expressions);
  expect(output).toContain(`SUCCESS: ${expressions.length} rules found`);
  expect(code).toBe(0);
});

test("it would say so if it did not", async () => {
  const { code, output } = await checkAsRules([...(await allExpressions()), "sum by (server (up)"]);
  expect(code).not.toBe(0);
  expect(output).toContain("parse error");
});
