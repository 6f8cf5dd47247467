import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import type { Config } from "../../src/config/config.ts";
import { startDaemon, type Daemon, type Loaded } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { aLog } from "../support/a-log.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { parseExposition, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    await waitFor("our sessions to end", async () => (await ownPids()).length === 0);
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("new thresholds hold, while connection, episodes and counters stay", async () => {
    const { daemon, next } = await aDaemon(configFor(["main"], "{ suspect_after: 1s, leaked_after: 1h }"));
    const leak = connectTo(server, { applicationName: "leak" });
    cleanups.push(() => leak.end({ timeout: 0 }));
    await leak.unsafe("BEGIN");
    const before = await waitFor("the suspect", () => viewOf(daemon, "main")?.report?.suspects[0]);
    expect(before.severity).toBe("suspect");
    const [pid] = await ownPids();

    next({ config: configFor(["main"], "{ suspect_after: 1s, leaked_after: 2s }") });
    expect(await daemon.reload()).toEqual([]);
    const after = await waitFor("the leak", () => {
      const suspect = viewOf(daemon, "main")?.report?.suspects[0];
      return suspect?.severity === "leaked" && suspect;
    });
    expect(after).toMatchObject({ firstSeenSeconds: before.firstSeenSeconds, period: before.period });
    expect(after.sightings).toBeGreaterThan(before.sightings);
    expect(viewOf(daemon, "main")?.tally.idle_in_transaction).toMatchObject({ suspected: 1, leaked: 1 });
    expect(viewOf(daemon, "main")?.looks.connections).toBe(1);
    expect(await ownPids()).toEqual([pid]);
  });

  test("a server that is configured no more is gone, and a new one appears", async () => {
    const { daemon, next } = await aDaemon(configFor(["one", "two"]));
    await waitFor("both", async () => (await upOf(daemon)).join() === "one,two");
    next({ config: configFor(["two", "three"]) });
    await daemon.reload();
    await waitFor("the change", async () => (await upOf(daemon)).join() === "two,three");
    expect(new Set(parseExposition(await pageOf(daemon)).map(({ labels }) => labels["server"]))).toEqual(
      new Set([undefined, "two", "three"]),
    );
    await waitFor("the session of the first to end", async () => (await ownPids()).length === 2);
    expect(viewOf(daemon, "two")?.looks.connections).toBe(1);
  });

  test("a server at another address is connected to anew, and keeps its counters", async () => {
    const { daemon, next } = await aDaemon(configFor(["main"]));
    await waitFor("a look", async () => (await upOf(daemon)).length === 1);
    const before = viewOf(daemon, "main")?.looks.begun ?? 0;
    const [pid] = await ownPids();
    next({ config: configFor(["main"], undefined, "template1") });
    await daemon.reload();
    await waitFor("a look over there", async () => {
      const rows = await admin.unsafe(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'pgleash' AND datname = 'template1'",
      );
      return rows.length === 1 && rows[0]?.["pid"] !== pid && (await ownPids()).length === 1;
    });
    await waitFor("the look to be over", () => (viewOf(daemon, "main")?.looks.begun ?? 0) > before);
    expect(viewOf(daemon, "main")?.looks.connections).toBe(2);
  });

  test("a bad configuration changes nothing, is told of, and the next good one is taken", async () => {
    const { daemon, next } = await aDaemon(configFor(["main"]));
    await waitFor("a look", async () => (await upOf(daemon)).length === 1);
    next({ problems: ["pgleash.yml:1:1: expected a mapping"] });
    expect(await daemon.reload()).toEqual(["pgleash.yml:1:1: expected a mapping"]);
    expect(await reloadSucceeded(daemon)).toBe(0);
    const { begun } = viewOf(daemon, "main")?.looks ?? { begun: 0 };
    await waitFor("another look", () => (viewOf(daemon, "main")?.looks.begun ?? 0) > begun);
    expect(await upOf(daemon)).toEqual(["main"]);

    next({ config: configFor(["main", "second"]) });
    expect(await daemon.reload()).toEqual([]);
    expect(await reloadSucceeded(daemon)).toBe(1);
    await waitFor("both", async () => (await upOf(daemon)).join() === "main,second");
  });

  test("of two reloads at once the last one holds, and nobody is watched twice", async () => {
    const { daemon, next } = await aDaemon(configFor(["one"]));
    next({ config: configFor(["one", "two"]) }, { config: configFor(["one", "three"]) });
    const first = daemon.reload();
    await Promise.resolve();
    expect(await Promise.all([first, daemon.reload()])).toEqual([[], []]);
    await waitFor("the last one", async () => (await upOf(daemon)).join() === "one,three");
    await waitFor("one session each", async () => (await ownPids()).length === 2);
    const begun = viewOf(daemon, "one")?.looks.begun ?? 0;
    const sinceMs = performance.now();
    await waitFor("three looks", () => (viewOf(daemon, "one")?.looks.begun ?? 0) >= begun + 3);
    expect(performance.now() - sinceMs).toBeGreaterThan(1900);
  });

  test("while a reload waits for a look that hangs, nobody is off the page", async () => {
    const hanging = `postgres://pgleash@127.0.0.1:${await silentPort()}/postgres?sslmode=disable`;
    const { daemon } = await aDaemon(configFor(["main"], undefined, undefined, { hanging }));
    await waitFor("a look", async () => (await upOf(daemon)).includes("main"));
    const seen = new Set<string>();
    const timer = setInterval(() => seen.add(namesOf(daemon)), 5);
    await daemon.reload().finally(() => clearInterval(timer));
    expect([...seen]).toEqual(["hanging,main"]);
  });

  test("a daemon that is stopped during a reload stays stopped", async () => {
    const { daemon } = await aDaemon(configFor(["main"]));
    await waitFor("a look", async () => (await upOf(daemon)).length === 1);
    const reloading = daemon.reload();
    await daemon.stop();
    await reloading;
    const begun = viewOf(daemon, "main")?.looks.begun ?? 0;
    // Longer than the interval and the pause after a failure together.
    const another = waitFor("another look", () => (viewOf(daemon, "main")?.looks.begun ?? 0) > begun, 3);
    await expect(another).rejects.toThrow("in vain for another look");
    expect(await ownPids()).toEqual([]);
  });

  /** `next` queues what the coming reloads load; after them, and without any, the first configuration. */
  async function aDaemon(
    config: Config,
  ): Promise<{ daemon: Daemon; readonly next: (...loaded: readonly Loaded[]) => void }> {
    const queue: Loaded[] = [];
    const daemon = await startDaemon({
      isEnforceFlagged: false,
      floors: builtInFloors,
      config,
      reloadConfig: () => Promise.resolve(queue.shift() ?? { config }),
      log: aLog().log,
      versions: { pgleash: "0.0.0", node: "20" },
      web: {
        addresses: [{ host: "127.0.0.1", port: 0 }],
        telemetryPath: "/metrics",
        isApiEnabled: true,
        isLifecycleEnabled: false,
      },
    });
    cleanups.push(() => daemon.stop());
    return { daemon, next: (...loaded) => void queue.push(...loaded) };
  }

  /** A configuration that watches our one server under each of these names, looking every second. */
  function configFor(
    names: readonly string[],
    thresholds = "{ suspect_after: 1s, leaked_after: 2s }",
    database = "postgres",
    others: Readonly<Record<string, string>> = {},
  ): Config {
    const url = `postgres://pgleash@/${database}?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
    const servers = [...Object.entries(others), ...names.map((name) => [name, url])];
    return configOf(`every: 1s
detectors:
  idle_in_transaction: ${thresholds}
servers:
${servers.map(([name, at]) => `  - { name: ${name}, url: "${at}" }`).join("\n")}
`);
  }

  async function ownPids(): Promise<readonly number[]> {
    const rows = await admin.unsafe(
      "SELECT pid FROM pg_stat_activity WHERE usename = 'pgleash' ORDER BY pid",
    );
    return rows.map((row) => Number(row["pid"]));
  }

  /** A port where somebody accepts and never says a word. */
  async function silentPort(): Promise<number> {
    const sockets: Socket[] = [];
    const listener = createServer((socket) => {
      sockets.push(socket.on("error", () => {}));
    }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    cleanups.push(async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
    });
    const address: AddressInfo | string | null = listener.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }
});

function viewOf(daemon: Daemon, name: string): ReturnType<Daemon["view"]>["servers"][number] | undefined {
  return daemon.view().servers.find(({ server }) => server === name);
}

function namesOf(daemon: Daemon): string {
  return daemon
    .view()
    .servers.map(({ server }) => server)
    .join();
}

async function pageOf(daemon: Daemon): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${daemon.port}/metrics`);
  return response.text();
}

/** Which servers the page says were looked at, in order. */
async function upOf(daemon: Daemon): Promise<readonly (string | undefined)[]> {
  const ups = samplesOf(await pageOf(daemon), "pgleash_up").filter(({ value }) => value === 1);
  return ups.map(({ labels }) => labels["server"]);
}

async function reloadSucceeded(daemon: Daemon): Promise<number | undefined> {
  return samplesOf(await pageOf(daemon), "pgleash_config_last_reload_successful")[0]?.value;
}
