import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";

import { startDaemon } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { runWords } from "../support/a-runtime.ts";

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
