import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";

import type { Config } from "../src/config/config.ts";
import { startDaemon, type Loaded } from "../src/daemon.ts";
import { builtInFloors } from "../src/decide/policy.ts";
import { loadWebConfig } from "../src/web/config/load-web-config.ts";
import { aLog } from "./support/a-log.ts";
import { aFolder } from "./support/an-audit.ts";
import { configOf } from "./support/config-text.ts";
import { hashOfSecret } from "./support/web-files.ts";

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
      addresses: [{ host: "127.0.0.1", port: 0 }],
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

test("the answer to a reload names what was not taken over, and nothing else", async () => {
  const folder = await aFolder();
  const path = `${folder}/web.yml`;
  const write = (text: string): Promise<void> => writeFile(path, text);
  await write("http_server_config: { http2: false }\n");
  const first = await loadWebConfig(path);
  if (!("config" in first)) throw new Error("the first file is a good one");
  let loaded: Loaded = { config: configFor(folder, "one") };
  const daemon = await startDaemon({
    isEnforceFlagged: false,
    floors: builtInFloors,
    config: configFor(folder, "one"),
    reloadConfig: () => Promise.resolve(loaded),
    log: aLog().log,
    versions: { pgleash: "0.0.0", node: "20" },
    web: {
      addresses: [{ host: "127.0.0.1", port: 0 }],
      protection: { first, load: () => loadWebConfig(path) },
      telemetryPath: "/metrics",
      isApiEnabled: false,
      isLifecycleEnabled: true,
    },
  });
  onTestFinished(() => daemon.stop());
  const answer = async (): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${daemon.port}/-/reload`, { method: "POST" });
    return `${response.status} ${await response.text()}`;
  };
  expect(await answer()).toBe("200 reloaded\n");

  await write("[]\n");
  const ofWebConfig = `web configuration not reloaded, the last good one stays:\n${path}:1:1: expected a mapping`;
  expect(await answer()).toMatch(new RegExp(`^500 ${ofWebConfig}.*\n$`, "u"));

  await write("http_server_config: { http2: false }\n");
  loaded = { problems: ["pgleash.yml:1:1: expected a mapping"] };
  const ofConfig =
    "configuration not reloaded, the last good one stays:\npgleash.yml:1:1: expected a mapping\n";
  expect(await answer()).toBe(`500 ${ofConfig}`);
});

/** A daemon of this configuration, and what is told of it; it is stopped at the end of the test. */
async function aDaemon(config: Config, webFile?: string) {
  const { log, records } = aLog();
  const first = webFile === undefined ? undefined : await loadWebConfig(webFile);
  if (first !== undefined && !("config" in first)) throw new Error("the first file is a good one");
  const load = () => loadWebConfig(webFile ?? "");
  const daemon = await startDaemon({
    isEnforceFlagged: false,
    floors: builtInFloors,
    config,
    reloadConfig: () => Promise.resolve({ config }),
    log,
    versions: { pgleash: "0.0.0", node: "20" },
    web: {
      addresses: [{ host: "127.0.0.1", port: 0 }],
      protection: first === undefined ? undefined : { first, load },
      telemetryPath: "/metrics",
      isApiEnabled: false,
      isLifecycleEnabled: false,
    },
  });
  onTestFinished(() => daemon.stop());
  return { daemon, records };
}

test("is not ready while no servers file could be read and there is no server", async () => {
  const { daemon } = await aDaemon(configOf(`servers_file: ${await aFolder()}/servers.yml\n`));
  const response = await fetch(`http://127.0.0.1:${daemon.port}/-/ready`);
  expect(`${response.status} ${await response.text()}`).toBe(
    "503 no server to watch: the files that name servers could not be read yet\n",
  );
});

test("the log tells how the page is protected, and warns of a web configuration that does not", async () => {
  const folder = await aFolder();
  const path = `${folder}/web.yml`;
  const config = configFor(folder, "one");
  await writeFile(path, "");
  const open = (await aDaemon(config, path)).records;
  expect(open[0]).toMatchObject({ level: "warn", message: "web configuration loaded, with warnings" });
  const watching = { message: "watching", fields: { tls: false, users: 0 } };
  expect(open).toContainEqual(
    expect.objectContaining({ ...watching, fields: expect.objectContaining(watching.fields) }),
  );
  await writeFile(path, `basic_auth_users: { a: "${hashOfSecret}" }\n`);
  const closed = (await aDaemon(config, path)).records;
  expect(closed.find(({ message }) => message === "watching")?.fields).toMatchObject({
    tls: false,
    users: 1,
  });
});

test("a reload was successful when both configurations were good, and that is when the time of it is taken", async () => {
  const folder = await aFolder();
  const path = `${folder}/web.yml`;
  await writeFile(path, "rate_limit: { interval: 1s, burst: 5 }\n");
  const { daemon } = await aDaemon(configFor(folder, "one"), path);
  const first = daemon.view().reload;
  await writeFile(path, "[]\n");
  await daemon.reload();
  expect(daemon.view().reload).toEqual({ ...first, successful: false });
  await writeFile(path, "rate_limit: { interval: 1s, burst: 5 }\n");
  await daemon.reload();
  const last = daemon.view().reload;
  expect(last.successful).toBe(true);
  expect(last.lastSuccessSeconds).toBeGreaterThan(first.lastSuccessSeconds);
});
