import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { issuesOf } from "../support/config-text.ts";

test("the examples of the policy in the documentation load", async () => {
  const page = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/```yaml\n(policy:\n[^]*?)```/gu)].map(([, text]) => text ?? "");
  expect(examples).toHaveLength(2);
  for (const text of examples) expect(issuesOf(text)).toEqual([]);
});

test("the example of the policy in the README loads, and so it does with mode: enforce", async () => {
  const page = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const text = /```yaml\n(policy:\n[^]*?)```/u.exec(page)?.[1] ?? "";
  expect(text).toContain("mode: dry_run ");
  expect(issuesOf(text)).toEqual([]);
  expect(issuesOf(text.replace("dry_run", "enforce"))).toEqual([]);
});
