import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";

import type { Config } from "../src/config/config.ts";
import { startDaemon, type Loaded } from "../src/daemon.ts";
import { builtInFloors } from "../src/decide/policy.ts";
import { aLog } from "./support/a-log.ts";
import { aFolder } from "./support/an-audit.ts";
import { configOf } from "./support/config-text.ts";

/** Servers that nobody answers for. */
function configFor(folder: string, ...names: readonly string[]): Config {
  const servers = names.map((name) => `{ name: ${name}, url: "postgres:///shop?host=${folder}" }`);
  return configOf(`servers: [${servers.join(", ")}]\n`);
}

test("a configuration file that hangs is a bad reload after its patience, and no other reload waits for it", async () => {
  const folder = await aFolder();
  const { log, records } = aLog();
  const late = new AbortController();
  const hanging = once(late.signal, "abort").then(() => ({ config: configFor(folder, "late") }));
  const coming: Promise<Loaded>[] = [hanging];
  const config = configFor(folder, "one");
  const daemon = await startDaemon({
    isEnforceFlagged: false,
    floors: builtInFloors,
    config,
    reloadConfig: () => coming.shift() ?? Promise.resolve({ config: configFor(folder, "good") }),
    reloadPatienceSeconds: 0.3,
    log,
    versions: { pgleash: "0.0.0", node: "20" },
    web: {
      host: "127.0.0.1",
      port: 0,
      telemetryPath: "/metrics",
      isApiEnabled: false,
      isLifecycleEnabled: false,
    },
  });
  onTestFinished(() => daemon.stop());
  const problems = ["the configuration cannot be read: no answer within 0.3 s"];
  expect(await daemon.reload()).toEqual(problems);
  expect(daemon.view().reload.successful).toBe(false);
  expect(await daemon.reload()).toEqual(problems);
  const told = records.filter(({ message }) => message.includes("nobody is ended from here"));
  const line = { level: "error", fields: { problems } };
  expect(told).toMatchObject([line, line]);

  // What comes too late was called bad, and must not be applied behind anybody's back.
  late.abort();
  await hanging;
  expect(daemon.view().servers.map(({ server }) => server)).toEqual(["one"]);
  expect(await daemon.reload()).toEqual([]);
  expect(daemon.view().servers.map(({ server }) => server)).toEqual(["good"]);
  expect(daemon.view().reload.successful).toBe(true);
});
