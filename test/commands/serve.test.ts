import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { serve } from "../../src/commands/serve.ts";
import { startDaemon, type Daemon, type DaemonOptions } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { aProcess, runWords } from "../support/a-runtime.ts";
import { waitFor } from "../support/wait-for.ts";
import { hashOfSecret } from "../support/web-files.ts";

// What it is started with is all that this is about.
vi.mock("../../src/daemon.ts", () => ({
  startDaemon: vi.fn<typeof startDaemon>(() => Promise.reject(new Error("not in this test"))),
}));

const policy = `policy:
  mode: enforce
  audit_file: /nowhere/audit.jsonl
  pause_file: /nowhere/pause.json
  rules:
    - { name: leaks, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 1m }
`;

const wishes = {
  DATABASE_URL: "postgres://db1/postgres",
  PGLEASH_FLOORS: '{"idle_in_transaction":0}',
  PGLEASH_MIN_AGE: "1ms",
  PGLEASH_TIME_SCALE: "60",
  NODE_ENV: "test",
};

test.for([
  ["nothing", "", [], {}],
  ["a policy and --enforce", policy, ["--enforce"], {}],
  ["an environment that wishes for others", policy, ["--enforce", "--web.enable-lifecycle"], wishes],
] as const)("E6: starts with the built-in floors, given %s", async ([, text, words, variables]) => {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-serve-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "pgleash.yml");
  await writeFile(file, text);
  await expect(runWords(["serve", `--config.file=${file}`, ...words], { variables })).rejects.toThrow(
    "not in this test",
  );
  expect(vi.mocked(startDaemon).mock.lastCall?.[0].floors).toEqual(builtInFloors);
});

test.for(["--floors=0", "--floor=1s", "--min-age=1s", "--time-scale=60"])(
  "E6: knows no flag %s",
  async (flag) => {
    const { code, stderr } = await runWords(["serve", flag]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("nknown");
  },
);

test.for([
  [
    "EADDRINUSE",
    "listen",
    "--web.listen-address: expected a free address, got :1918, one that is in use already",
  ],
  [
    "EACCES",
    "listen",
    "--web.listen-address: expected a free address, got :1918, one that this user may not take",
  ],
  ["EACCES", "open", "not allowed"],
] as const)(
  "an address that cannot be had is named with its flag: %s of %s",
  async ([code, syscall, says]) => {
    const failure = Object.assign(new Error("not allowed"), { code, syscall });
    vi.mocked(startDaemon).mockRejectedValueOnce(failure);
    const variables = { DATABASE_URL: "postgres://db1/postgres" };
    const words = ["serve", "--web.listen-address=:1918"];
    await expect(runWords(words, { variables })).rejects.toThrow(says);
  },
);

describe("the web", () => {
  const variables = { DATABASE_URL: "postgres://db1/postgres" };

  /** What the web is started with, given these words. */
  async function webOf(...words: readonly string[]): Promise<DaemonOptions["web"] | undefined> {
    await expect(runWords(["serve", ...words], { variables })).rejects.toThrow("not in this test");
    return vi.mocked(startDaemon).mock.lastCall?.[0].web;
  }

  test("listens where it always did, open to everybody, unless told otherwise", async () => {
    expect(await webOf()).toEqual({
      addresses: [{ host: undefined, port: 19_187 }],
      telemetryPath: "/metrics",
      isApiEnabled: true,
      isLifecycleEnabled: false,
      protection: undefined,
    });
  });

  test("listens at every address that is given, and at no other", async () => {
    const web = await webOf("--web.listen-address=:9187", "--web.listen-address=[::1]:9100");
    expect(web?.addresses).toEqual([
      { host: undefined, port: 9187 },
      { host: "::1", port: 9100 },
    ]);
  });

  test("is protected by a file, which can be read anew", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pgleash-serve-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "web.yml");
    await writeFile(file, "rate_limit: { interval: 1s, burst: 7 }\n");
    const web = await webOf(`--web.config.file=${file}`);
    expect(web?.protection?.first.config.rateLimit).toEqual({ intervalSeconds: 1, burst: 7 });
    await writeFile(file, "junk\n");
    expect(await web?.protection?.load()).toMatchObject({
      problems: [expect.stringContaining("web.yml:1:1")],
    });
    const refused = await runWords(["serve", `--web.config.file=${file}`], { variables });
    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: `${file}:1:1: expected a mapping of keys to values, got a text\n`,
    });
  });

  test("tells a check of the configuration what the file does harm with", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pgleash-serve-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "web.yml");
    await writeFile(file, `basic_auth_users: { alice: "${hashOfSecret.replace("$04$", "$17$")}" }\n`);
    const checked = await runWords(["serve", "--config.check", `--web.config.file=${file}`], { variables });
    expect(checked.code).toBe(0);
    expect(checked.stderr).toContain(`${file}: warning: basic_auth_users.alice: a bcrypt hash of cost 17`);
    expect(checked.stdout).toMatch(/1 server\n.*web\.yml loads, with 1 warning: no TLS, 1 user\n$/u);
    await writeFile(file, "");
    const open = await runWords(["serve", "--config.check", `--web.config.file=${file}`], { variables });
    expect(open.code).toBe(0);
    expect(open.stderr).toBe(
      `${file}: warning: no tls_server_config: TLS is disabled\n${file}: warning: no basic_auth_users: everybody who reaches the page may read it\n`,
    );
    expect(open.stdout).toContain("web.yml loads, with 2 warnings: no TLS, 0 users\n");
  });

  test.for([
    [["--web.config.file="], "--web.config.file: expected a path, got nothing"],
    [["--web.listen-address=:1", "--web.listen-address=nowhere"], 'got "nowhere"'],
  ] as const)("%j is a wrong call", async ([words, says]) => {
    const { code, stderr } = await runWords(["serve", ...words], { variables });
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  test("says which of several addresses cannot be had", async () => {
    const failure = Object.assign(new Error("taken"), { code: "EADDRINUSE", syscall: "listen", port: 9100 });
    vi.mocked(startDaemon).mockRejectedValueOnce(failure);
    const words = ["serve", "--web.listen-address=:9187", "--web.listen-address=[::1]:9100"];
    await expect(runWords(words, { variables })).rejects.toThrow(
      "got [::1]:9100, one that is in use already",
    );
  });
});

test("a reload that fails ends nothing", async () => {
  let reloads = 0;
  const daemon: Daemon = {
    bound: [],
    port: 0,
    view: () => {
      throw new Error("not in this test");
    },
    // No mock: it would handle the rejection.
    reload: () => {
      reloads += 1;
      return Promise.reject(new RangeError("too deep"));
    },
    stop: () => Promise.resolve(),
  };
  vi.mocked(startDaemon).mockResolvedValueOnce(daemon);
  const { runtime, signal } = aProcess({ variables: { DATABASE_URL: "postgres://db1/postgres" } });
  const ended = serve.run(runtime, ["--log.level=error"]);
  await waitFor("the reload", () => {
    signal("SIGHUP");
    return reloads > 0;
  });
  signal("SIGTERM");
  expect(await ended).toBe(0);
});

describe("--record", () => {
  const variables = { DATABASE_URL: "postgres://db1/postgres" };

  test.for([
    ["/nowhere/looks", "/nowhere/looks: there is no such folder"],
    ["/", "/: it is a folder"],
    ["/dev/null/looks", "/dev/null/looks: there is no such folder"],
  ] as const)("%s cannot be written, which is told before anything starts", async ([path, got]) => {
    vi.mocked(startDaemon).mockClear();
    await expect(runWords(["serve", `--record=${path}`], { variables })).rejects.toThrow(
      `--record: expected a file that can be written, got ${got}`,
    );
    expect(startDaemon).not.toHaveBeenCalled();
  });

  test("is tried without harm to what lies there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pgleash-serve-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "looks");
    await writeFile(path, "what was there\n");
    await expect(runWords(["serve", `--record=${path}`], { variables })).rejects.toThrow("not in this test");
    expect(await readFile(path, "utf8")).toBe("what was there\n");
    expect(vi.mocked(startDaemon).mock.lastCall?.[0].recorder?.missing()).toBe(0);
  });
});

describe("--config.check", () => {
  test.for([
    [[], "the environment is fine: 1 server\n"],
    [["host=db2"], "the command line is fine: 1 server\n"],
    [["--host=db2"], "the command line is fine: 1 server\n"],
  ] as const)("without a file says what it would watch, given %j", async ([words, stdout]) => {
    vi.mocked(startDaemon).mockClear();
    const ran = await runWords(["serve", "--config.check", ...words], { variables: { PGHOST: "db1" } });
    expect(ran).toEqual({ code: 0, stdout, stderr: "" });
    expect(startDaemon).not.toHaveBeenCalled();
  });

  test("without a file says what is wrong with the environment", async () => {
    const variables = { PGHOST: "db1", PGPORT: "99999" };
    const { code, stdout, stderr } = await runWords(["serve", "--config.check"], { variables });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("PGPORT");
  });
});
