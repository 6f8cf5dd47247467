import type postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";

import type { Config } from "../../src/config/config.ts";
import { startDaemon, type Daemon } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { aLog } from "../support/a-log.ts";
import { runWords } from "../support/a-runtime.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startServer(postgresMajors().at(-1) ?? "18");
  await createWatchRole({ host: server.socketFolder, port: server.port });
});
afterAll(() => server.remove());

/** A configuration that watches our one server under these names, with a pool of such a size. */
function configFor(names: readonly string[], protect = "", sizing = "size: 9"): Config {
  const url = `postgres://pgleash@/postgres?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
  return configOf(`every: 1s
detectors: { idle_in_transaction: { suspect_after: 1s, leaked_after: 1h } }
policy: { protect: [${protect}] }
pools: [{ name: nightly, match: ['application_name="nightly"'], ${sizing} }]
servers:
${names.map((name) => `  - { name: ${name}, url: "${url}" }`).join("\n")}
`);
}

async function aDaemon(first: Config, reloaded: Config): Promise<Daemon> {
  const daemon = await startDaemon({
    isEnforceFlagged: false,
    floors: builtInFloors,
    config: first,
    reloadConfig: () => Promise.resolve({ config: reloaded }),
    log: aLog().log,
    versions: { pgleash: "0.0.0", node: "20" },
    web: {
      addresses: [{ host: "127.0.0.1", port: 0 }],
      telemetryPath: "/metrics",
      isApiEnabled: true,
      isLifecycleEnabled: false,
    },
  });
  onTestFinished(() => daemon.stop());
  return daemon;
}

async function adviceOf(daemon: Daemon): Promise<Record<string, unknown>> {
  const url = `--url=http://127.0.0.1:${daemon.port}`;
  const { stdout } = await runWords(["advise", url, "--server=main", "--json"]);
  const { servers } = JSON.parse(stdout);
  return servers[0];
}

/** A transaction that is idle until `next` is called, and once more after that. */
async function anIdleTransaction(): Promise<postgres.Sql> {
  const session = connectTo(server, { applicationName: "nightly" });
  onTestFinished(() => session.end({ timeout: 0 }));
  await session.unsafe("BEGIN");
  return session;
}

test("a running pgleash knows the periods of its own looks, and goes on counting after a reload", async () => {
  const protect = `{ name: nightly, match: ['application_name="nightly"'] }`;
  const later = configFor(["main"], protect, "workers: 2, connections_per_worker: 3, buffer: 1");
  const daemon = await aDaemon(configFor(["main"]), later);
  const session = await anIdleTransaction();
  const openWith = (open: number, more: object) => async () => {
    const { applications } = await adviceOf(daemon);
    const expected = expect.arrayContaining([
      expect.objectContaining({
        application_name: "nightly",
        periods: expect.objectContaining({ open, ...more }),
      }),
    ]);
    return expected.asymmetricMatch(applications);
  };
  await waitFor("the period", openWith(1, { returned: 0 }));
  const { looks, pools } = await adviceOf(daemon);
  const seen = { pool: "nightly", busy_most: 1, held_most: 1, size: null };
  expect(pools).toMatchObject([{ ...seen, declared: { size: 9, workers: null } }]);
  expect(await daemon.reload()).toEqual([]);
  await session.unsafe("SELECT 1");
  await waitFor("its end, and the next one", openWith(1, { returned: 1 }));
  const after = await adviceOf(daemon);
  expect(Number(after["looks"])).toBeGreaterThan(Number(looks));
  expect(after).toMatchObject({ lost_sight: 0 });
  expect(after["pools"]).toMatchObject([{ ...seen, declared: { size: 7, workers: 2, buffer: 1 } }]);

  const { code, stdout } = await runWords(["advise", `--url=http://127.0.0.1:${daemon.port}`]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^main: \d+ looks, .*\nmain: sampled: no idle period below 1s is known/);
  expect(stdout).toMatch(/^nightly +postgres +postgres +1 /m);
});

test("where several servers are watched, one must be named", async () => {
  const config = configFor(["main", "other"]);
  const daemon = await aDaemon(config, config);
  const { code, stderr } = await runWords(["advise", `--url=http://127.0.0.1:${daemon.port}`]);
  expect(code).toBe(1);
  expect(stderr).toContain("answers 400: expected server=NAME, one of main, other");
});
