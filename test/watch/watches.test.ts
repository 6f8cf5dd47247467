import { expect, onTestFinished, test } from "vitest";

import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { configOf } from "../support/config-text.ts";
import { aFolder } from "../support/an-audit.ts";

test("what a configuration is warned of stands in the log, at the start and at each reload", async () => {
  const { log, records } = aLog();
  const watches = createWatches({
    log,
    isFlagged: true,
    floors: builtInFloors,
    version: "1.2.3",
    onChange: () => {},
  });
  onTestFinished(() => watches.stop());
  const warned = () => records.filter(({ message }) => message === "configuration loaded, with warnings");

  const folder = await aFolder();
  const text = `servers: [{ name: away, url: "postgres:///shop?host=${folder}" }]\npolicy:\n  mode: MODE
  audit_file: ${folder}/audit.jsonl\n  pause_file: ${folder}/pause.json\n`;
  await watches.apply(configOf(text.replace("MODE", "dry_run")));
  expect(warned()).toEqual([]);
  await watches.apply(configOf(text.replace("MODE", "enforce")));
  const warnings = [
    expect.stringMatching(/^pgleash[.]yml:3:9: warning: policy[.]mode: .* enforce ends nobody/u),
  ];
  expect(warned()).toMatchObject([{ level: "warn", fields: { warnings } }]);
});
