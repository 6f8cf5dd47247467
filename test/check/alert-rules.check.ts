import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { alertsFolder, readUnitTests } from "../support/rule-file.ts";
import { runTool } from "../support/run-tool.ts";

const rules = fileURLToPath(new URL("pgleash.rules.yml", alertsFolder));

test("promtool finds nothing to say about the rules", async () => {
  const { code, output } = await runTool("promtool", ["check", "rules", "--lint=all", "--lint-fatal", rules]);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/SUCCESS: \d+ rules found/) });
});

test("every case of every alert holds", async () => {
  const files = (await readUnitTests()).map(({ file }) =>
    fileURLToPath(new URL(`tests/${file}.test.yml`, alertsFolder)),
  );
  const { code, output } = await runTool("promtool", ["test", "rules", ...files]);
  expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining("FAILED") });
  expect(output.match(/SUCCESS/g)).toHaveLength(files.length);
}, 900_000);
