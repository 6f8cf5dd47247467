import { describe, expect, onTestFinished, test } from "vitest";

import type { Config } from "../../src/config/config.ts";
import { startDaemon, type Daemon, type Loaded } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createRecorder, type Recorder } from "../../src/record/recorder.ts";
import { aLeakyServer } from "../support/a-leaky-server.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { runWords } from "../support/a-runtime.ts";
import { aPath } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

type Started = {
  readonly daemon: Daemon;
  readonly config: Config;
  readonly records: readonly LogRecord[];
  readonly next: (loaded: Loaded) => void;
};

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  const server = aLeakyServer(major);

  test("a reload that fails stops acting and gives the lease back; the next good one enforces again", async () => {
    const first = await aDaemon();
    await waitFor("the lease", async () => (await valueOf(first, "pgleash_lease_held")) === 1);
    expect(await valueOf(first, "pgleash_enforcing")).toBe(1);
    const second = await aDaemon();
    await waitFor("the other", async () => (await valueOf(second, "pgleash_lease_held")) === 0);
    expect(await pageAt(second, "/")).toMatch(/>no lease: it is held by pid \d+ of role/);

    first.next({ problems: ["pgleash.yml:1:1: expected a mapping"] });
    expect(await first.daemon.reload()).toHaveLength(1);
    await waitFor("a dry run", async () => (await valueOf(first, "pgleash_enforcing")) === 0);
    expect(await pageAt(first, "/")).toContain(
      ">held back, because the configuration could not be reloaded: nobody is ended<",
    );
    await waitFor("the other to act", async () => (await valueOf(second, "pgleash_lease_held")) === 1);

    expect(await first.daemon.reload()).toEqual([]);
    await waitFor("the switch", async () => (await valueOf(first, "pgleash_enforcing")) === 1);
    expect(await valueOf(first, "pgleash_lease_held")).toBe(0);
  });

  test("without --enforce the same file is a dry run, which takes no lease", async () => {
    const dry = await aDaemon({ isEnforceFlagged: false });
    await waitFor("a look", async () => (await valueOf(dry, "pgleash_enforcing")) === 0);
    expect(await valueOf(dry, "pgleash_lease_held")).toBe(0);
    expect(await server.leases()).toBe(0);
    expect(await pageAt(dry, "/")).toContain(">dry run, because --enforce was not given: nobody is ended<");
  });

  test("a grant that is taken away is missed by the next evidence, and told once; so is one that comes back", async () => {
    const started = await aDaemon();
    const maySignal = () => valueOf(started, "pgleash_privilege", { privilege: "pg_signal_backend" });
    await waitFor("a look", async () => (await valueOf(started, "pgleash_enforcing")) === 1);
    expect(await maySignal()).toBe(1);
    await server.revoke();
    await waitFor("the loss", async () => (await maySignal()) === 0);
    expect(await valueOf(started, "pgleash_enforcing")).toBe(1);
    expect(await pageAt(started, "/")).toContain(">no grant of pg_signal_backend<");
    await server.grant();
    await waitFor("the grant", async () => (await maySignal()) === 1);
    const told = started.records.filter(({ message }) => message.includes("pg_signal_backend"));
    expect(told).toMatchObject([{ level: "warn", fields: { server: "main" } }, { level: "info" }]);
  });

  test("the grant is asked for anew in a dry run, too, over the one connection", async () => {
    const dry = await aDaemon({ isEnforceFlagged: false });
    const maySignal = (): boolean | undefined =>
      dry.daemon.view().servers[0]?.report?.leash?.situation.permits.canSignal;
    await waitFor("a look", () => maySignal() === true);
    await server.revoke();
    await waitFor("the loss", () => maySignal() === false);
    // What the evidence said holds at the looks that ask for none.
    await looks(dry, 1);
    expect(maySignal()).toBe(false);
    await server.grant();
    await waitFor("the grant", () => maySignal() === true);
    const { connections = 0, failures } = dry.daemon.view().servers[0]?.looks ?? {};
    // A machine that stands still for longer than a look may take loses one.
    expect(connections - (failures?.timeout ?? 0)).toBe(1);
  });

  test("a reload changes which rules are counted, and a rule that it brings is there before it acts", async () => {
    const started = await aDaemon();
    expect(await valueOf(started, "pgleash_actions_total", { rule: "leaks" })).toBe(0);
    const { policy, ...rest } = started.config;
    const renamed = { ...policy, rules: policy.rules.map((rule) => ({ ...rule, name: "renamed" })) };
    started.next({ config: { ...rest, policy: renamed } });
    expect(await started.daemon.reload()).toEqual([]);
    expect(await valueOf(started, "pgleash_actions_total", { rule: "renamed" })).toBe(0);
    expect(await valueOf(started, "pgleash_actions_total", { rule: "leaks" })).toBeUndefined();
    expect(await valueOf(started, "pgleash_policy_rules", { mode: "enforce" })).toBe(1);
  });

  test("looks that a recording misses are counted, and not where there is none", async () => {
    expect(await valueOf(await aDaemon(), "pgleash_looks_unrecorded_total")).toBeUndefined();
    const recorder = createRecorder("/dev/full", { log: aLog().log });
    onTestFinished(() => recorder.close());
    const started = await aDaemon({ recorder });
    const missing = async () => (await valueOf(started, "pgleash_looks_unrecorded_total")) ?? 0;
    await waitFor("the second look", async () => (await missing()) >= 1);
  });

  test("pause and resume reach it within a look, and the page says who ordered it", async () => {
    const pauseFile = await aPath("pause.json");
    const started = await aDaemon({ pauseFile });
    await waitFor("a look", async () => (await valueOf(started, "pgleash_paused")) === 0);
    await runWords(["pause", "--reason=release 7", `--pause-file=${pauseFile}`]);
    // One may be under way that has asked already.
    await looks(started, 2);
    expect(await valueOf(started, "pgleash_paused")).toBe(1);
    expect(await pageAt(started, "/")).toContain(">paused by dba: release 7<");
    await runWords(["resume", `--pause-file=${pauseFile}`]);
    await looks(started, 2);
    expect(await valueOf(started, "pgleash_paused")).toBe(0);
  });

  test("explains why a session is a suspect, and why it is not ended", async () => {
    const started = await aDaemon();
    const { pid } = await server.forget();
    const lines = await waitFor("the leak", async () => {
      const { stdout } = await explained(started, pid);
      return stdout.includes("It is leaked: idle_in_transaction") && stdout;
    });
    expect(lines).toContain(`pid ${pid} on main, as the look of `);
    expect(lines).toContain("At that look it was spared (too_young): it is ");
    expect(lines).toContain("Rule leaks matches. It would terminate it once none of these holds:");
    expect(lines).toMatch(/^ {2}too_young: it is \d+s old, of 60s$/m);
    expect(lines).toMatch(/^The leash: enforcing; 0 of \d+ acts in the last hour\.$/m);

    const { pid: superuser } = await server.forget("admin", "postgres");
    const told = await waitFor("the superuser's", async () => {
      const { stdout } = await explained(started, superuser);
      return stdout.includes("It is leaked") && stdout;
    });
    expect(told).toContain("Its role postgres is a superuser: it can never be ended");
    expect(told).toContain('  no  usename="app"');

    const unknown = await explained(started, 4_000_000);
    expect(unknown.stdout).toContain("It is no suspect: the look did not read it one by one");
    const own = started.daemon.view().servers[0]?.probe?.backendPid ?? 0;
    expect((await explained(started, own)).stdout).toContain("It is pgleash's own session");
    const { stdout } = await runWords(["explain", String(pid), "--json", `--url=${urlOf(started)}`]);
    expect(JSON.parse(stdout)).toMatchObject({ pid, suspect: { decision: { reason: "too_young" } } });
    expect(await pageAt(started, "/")).toContain(">spared: too young ");
  });

  test("explains nothing where the API is off, or the server is another", async () => {
    const silent = await aDaemon({ isApiEnabled: false });
    const refused = `pgleash: ${urlOf(silent)} answers 404: not found\n`;
    expect(await explained(silent, 7)).toEqual({ code: 1, stdout: "", stderr: refused });
    const started = await aDaemon();
    const { code, stderr } = await runWords(["explain", "7", "--server=other", `--url=${urlOf(started)}`]);
    expect([code, stderr]).toEqual([
      1,
      `pgleash: ${urlOf(started)} answers 404: no server other: expected one of main\n`,
    ]);
  });

  /** A daemon that enforces, unless told otherwise. `next` is what the coming reload loads; after it, the first again. */
  async function aDaemon(
    options: {
      readonly pauseFile?: string;
      readonly isEnforceFlagged?: boolean;
      readonly isApiEnabled?: boolean;
      readonly recorder?: Recorder;
    } = {},
  ): Promise<Started> {
    const queue: Loaded[] = [];
    const config = configFor(await aPath(), options.pauseFile ?? (await aPath("pause.json")));
    const { log, records } = aLog();
    const daemon = await startDaemon({
      recorder: options.recorder,
      isEnforceFlagged: options.isEnforceFlagged ?? true,
      floors: builtInFloors,
      config,
      reloadConfig: () => Promise.resolve(queue.shift() ?? { config }),
      log,
      versions: { pgleash: "0.0.0", node: "20" },
      web: {
        addresses: [{ host: "127.0.0.1", port: 0 }],
        telemetryPath: "/metrics",
        isApiEnabled: options.isApiEnabled ?? true,
        isLifecycleEnabled: false,
      },
    });
    onTestFinished(() => daemon.stop());
    return { daemon, config, records, next: (loaded) => void queue.push(loaded) };
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
});

/** Resolves once so many looks more are over. */
async function looks({ daemon }: Started, count: number): Promise<void> {
  const over = (): number => daemon.view().servers[0]?.looks.begun ?? 0;
  const until = over() + count;
  await waitFor(`${count} looks more`, () => over() >= until);
}

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

/** Of the first sample with these labels; `undefined` where there is none. */
async function valueOf(
  started: Started,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return samplesOf(await pageAt(started, "/metrics"), name, labels)[0]?.value;
}
