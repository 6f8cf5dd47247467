import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import type { Config } from "../../src/config/config.ts";
import { startDaemon, type Daemon, type Loaded } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { aLog } from "../support/a-log.ts";
import { runWords } from "../support/a-runtime.ts";
import { aPath } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

type Started = { readonly daemon: Daemon; readonly next: (loaded: Loaded) => void };

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe(
      "CREATE ROLE app LOGIN; CREATE ROLE pgleash LOGIN; GRANT pg_monitor, pg_signal_backend TO pgleash",
    );
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("a reload that fails stops acting and gives the lease back; the next good one enforces again", async () => {
    const first = await aDaemon();
    await waitFor("the lease", async () => (await valueOf(first, "pgleash_lease_held")) === 1);
    expect(await valueOf(first, "pgleash_enforcing")).toBe(1);
    const second = await aDaemon();
    await waitFor("the other", async () => (await valueOf(second, "pgleash_lease_held")) === 0);
    expect(await pageAt(second, "/")).toMatch(/<td>enforcing; no lease: it is held by pid \d+ of role/);

    first.next({ problems: ["pgleash.yml:1:1: expected a mapping"] });
    expect(await first.daemon.reload()).toHaveLength(1);
    await waitFor("a dry run", async () => (await valueOf(first, "pgleash_enforcing")) === 0);
    expect(await pageAt(first, "/")).toContain("<td>dry run in spite of mode: enforce, because");
    await waitFor("the other to act", async () => (await valueOf(second, "pgleash_lease_held")) === 1);

    expect(await first.daemon.reload()).toEqual([]);
    await waitFor("the switch", async () => (await valueOf(first, "pgleash_enforcing")) === 1);
    expect(await valueOf(first, "pgleash_lease_held")).toBe(0);
  });

  test("without --enforce the same file is a dry run, which takes no lease", async () => {
    const dry = await aDaemon({ isEnforceFlagged: false });
    await waitFor("a look", async () => (await valueOf(dry, "pgleash_enforcing")) === 0);
    expect(await valueOf(dry, "pgleash_lease_held")).toBe(0);
    const locks = await admin.unsafe("SELECT FROM pg_locks WHERE locktype = 'advisory'");
    expect(locks).toHaveLength(0);
  });

  test("pause and resume reach it within a look, and the page says who ordered it", async () => {
    const pauseFile = await aPath("pause.json");
    const started = await aDaemon({ pauseFile });
    await waitFor("a look", async () => (await valueOf(started, "pgleash_paused")) === 0);
    await runWords(["pause", "--reason=release 7", `--pause-file=${pauseFile}`]);
    await waitFor("the pause", async () => (await valueOf(started, "pgleash_paused")) === 1, 5);
    expect(await pageAt(started, "/")).toContain("<td>enforcing; paused by dba: release 7; ");
    await runWords(["resume", `--pause-file=${pauseFile}`]);
    await waitFor("its end", async () => (await valueOf(started, "pgleash_paused")) === 0, 5);
  });

  test("explains why a session is a suspect, and why it is not ended", async () => {
    const started = await aDaemon();
    const pid = await forget("leak");
    const lines = await waitFor("the leak", async () => {
      const { stdout } = await explained(started, pid);
      return stdout.includes("It is leaked: idle_in_transaction") && stdout;
    });
    expect(lines).toContain(`pid ${pid} on main, as the look of `);
    expect(lines).toContain("At that look it was spared (too_young): it is ");
    expect(lines).toContain("Rule leaks matches. It would terminate it once none of these holds:");
    expect(lines).toMatch(/^ {2}too_young: it is \d+\.\d s old, of 60 s$/m);
    expect(lines).toMatch(/^The leash is enforcing; breaker closed; 0 of 5 acts in the last minute/m);

    const superuser = await forget("admin", "postgres");
    const told = await waitFor("the superuser's", async () => {
      const { stdout } = await explained(started, superuser);
      return stdout.includes("It is leaked") && stdout;
    });
    expect(told).toContain("Its role postgres is a superuser: it can never be ended");
    expect(told).toContain('  no  usename="app"');

    const unknown = await explained(started, 4_000_000);
    expect(unknown.stdout).toContain("It is no suspect: the look did not read it one by one");
    const { stdout } = await runWords(["explain", String(pid), "--json", `--url=${urlOf(started)}`]);
    expect(JSON.parse(stdout)).toMatchObject({ pid, suspect: { decision: { reason: "too_young" } } });
    expect(await pageAt(started, "/")).toContain("<td>too young</td>");
  });

  test("explains nothing where the API is off, or the server is another", async () => {
    const silent = await aDaemon({ isApiEnabled: false });
    const refused = `pgleash: no answer from ${urlOf(silent)}: 404: not found\n`;
    expect(await explained(silent, 7)).toEqual({ code: 1, stdout: "", stderr: refused });
    const started = await aDaemon();
    const { code, stderr } = await runWords(["explain", "7", "--server=other", `--url=${urlOf(started)}`]);
    expect([code, stderr]).toEqual([
      1,
      `pgleash: no answer from ${urlOf(started)}: 404: no server other: expected one of main\n`,
    ]);
  });

  /** A daemon that enforces, unless told otherwise. `next` is what the coming reload loads; after it, the first again. */
  async function aDaemon(
    options: {
      readonly pauseFile?: string;
      readonly isEnforceFlagged?: boolean;
      readonly isApiEnabled?: boolean;
    } = {},
  ): Promise<Started> {
    const queue: Loaded[] = [];
    const config = configFor(await aPath(), options.pauseFile ?? (await aPath("pause.json")));
    const daemon = await startDaemon({
      isEnforceFlagged: options.isEnforceFlagged ?? true,
      floors: builtInFloors,
      config,
      reloadConfig: () => Promise.resolve(queue.shift() ?? { config }),
      log: aLog().log,
      versions: { pgleash: "0.0.0", node: "20" },
      web: {
        host: "127.0.0.1",
        port: 0,
        telemetryPath: "/metrics",
        isApiEnabled: options.isApiEnabled ?? true,
        isLifecycleEnabled: false,
      },
    });
    cleanups.push(() => daemon.stop());
    return { daemon, next: (loaded) => void queue.push(loaded) };
  }

  function configFor(auditFile: string, pauseFile: string): Config {
    const url = `postgres://pgleash@/postgres?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
    return configOf(`every: 1s
detectors:
  idle_in_transaction: { suspect_after: 1s, leaked_after: 2s }
servers:
  - { name: main, url: "${url}" }
policy:
  mode: enforce
  audit_file: ${auditFile}
  pause_file: ${pauseFile}
  rules:
    - { name: leaks, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 1m }
`);
  }

  /** The pid of a session that opens a transaction and forgets it. */
  async function forget(applicationName: string, user = "app"): Promise<number> {
    const sql = connectTo(server, { user, applicationName });
    cleanups.push(() => sql.end({ timeout: 0 }));
    await sql.unsafe("BEGIN");
    const [row] = await sql.unsafe("SELECT pg_backend_pid() AS pid");
    return Number(row?.["pid"]);
  }
});

function urlOf({ daemon }: Started): string {
  return `http://127.0.0.1:${daemon.port}`;
}

function explained(started: Started, pid: number): ReturnType<typeof runWords> {
  return runWords(["explain", String(pid), `--url=${urlOf(started)}`]);
}

async function pageAt(started: Started, path: string): Promise<string> {
  const response = await fetch(`${urlOf(started)}${path}`);
  return response.text();
}

/** `undefined` before the first look. */
async function valueOf(started: Started, name: string): Promise<number | undefined> {
  return samplesOf(await pageAt(started, "/metrics"), name)[0]?.value;
}
