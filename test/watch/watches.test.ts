import { expect, onTestFinished, test } from "vitest";

import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatches, type Watches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { configOf } from "../support/config-text.ts";
import { aFolder } from "../support/an-audit.ts";

const onChange = (): void => undefined;

test("what a configuration is warned of stands in the log, at the start and at each reload", async () => {
  const { log, records } = aLog();
  function startWatches(): Watches {
    const started = createWatches({
      log,
      isFlagged: true,
      floors: builtInFloors,
      version: "1.2.3",
      onChange,
    });
    onTestFinished(() => started.stop());
    return started;
  }
  const warned = () => records.filter(({ message }) => message === "configuration loaded, with warnings");

  const folder = await aFolder();
  const text = `servers: [{ name: away, url: "postgres:///shop?host=${folder}" }]\npolicy:\n  mode: MODE
  audit_file: ${folder}/audit.jsonl\n  pause_file: ${folder}/pause.json\n`;
  const calm = configOf(text.replace("MODE", "dry_run"));
  const doubtful = configOf(text.replace("MODE", "enforce"));
  const warnings = [
    expect.stringMatching(/^pgleash[.]yml:3:9: warning: policy[.]mode: .* enforce ends nobody/u),
  ];
  const line = { level: "warn", fields: { warnings } };

  await startWatches().apply(doubtful);
  expect(warned()).toMatchObject([line]);

  const watches = startWatches();
  await watches.apply(calm);
  expect(warned()).toHaveLength(1);
  await watches.apply(doubtful);
  expect(warned()).toMatchObject([line, line]);
});

test("a reload that may have renamed a server or a rule says what is then forgotten", async () => {
  const { log, records } = aLog();
  const watches = createWatches({ log, isFlagged: true, floors: builtInFloors, version: "1.2.3", onChange });
  onTestFinished(() => watches.stop());
  const folder = await aFolder();
  const named = (server: string, rule: string) =>
    configOf(`servers: [{ name: ${server}, url: "postgres:///shop?host=${folder}" }]
policy:
  rules:
    - { name: ${rule}, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`);
  const told = () => records.filter(({ message }) => message.includes("only renamed"));
  await watches.apply(named("db1", "forgotten"));
  await watches.apply(named("db1", "forgotten"));
  expect(told()).toEqual([]);
  await watches.apply(named("db2", "forgotten"));
  expect(told()).toMatchObject([{ level: "warn", fields: { gone: ["db1"], come: ["db2"] } }]);
  await watches.apply(named("db2", "lost"));
  expect(told().slice(1)).toMatchObject([{ level: "warn", fields: { gone: ["forgotten"], come: ["lost"] } }]);
});
