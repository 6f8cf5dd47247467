import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { issuesOf } from "../support/config-text.ts";

test("the examples of the policy in the documentation load", async () => {
  const page = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/```yaml\n(policy:\n[^]*?)```/gu)].map(([, text]) => text ?? "");
  expect(examples).toHaveLength(2);
  for (const text of examples) expect(issuesOf(text)).toEqual([]);
});
