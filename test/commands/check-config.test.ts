import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runWords } from "../support/a-runtime.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-check-config-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileWith(text: string): Promise<string> {
  const path = join(folder, "pgleash.yml");
  await writeFile(path, text);
  return path;
}

const fine = `
every: 7s
servers:
  - { name: db1, url: "postgres://pgleash:hunter2@db1.example/postgres" }
  - { name: db2, url: "postgres://pgleash@db2.example/postgres" }
`;

describe("check-config", () => {
  test("says how many servers a file that is fine names", async () => {
    const path = await fileWith(fine);
    expect(await runWords(["check-config", path])).toEqual({
      code: 0,
      stdout: `${path} is fine: 2 servers\n`,
      stderr: "",
    });
  });

  test("warns of what loads and hardly does what was meant, and exits with 0", async () => {
    const path = await fileWith(
      `${fine}policy:\n  mode: enforce\n  audit_file: /run/a.jsonl\n  pause_file: /run/p.json\n`,
    );
    expect(await runWords(["check-config", path])).toEqual({
      code: 0,
      stdout: `${path} loads, with 1 warning: 2 servers\n`,
      stderr: `${path}:7:9: warning: policy.mode: without policy.rules, enforce ends nobody (add rules, or write dry_run)\n`,
    });
  });

  test("--json says the same", async () => {
    const path = await fileWith(`${fine}policy: { mode: enforce, audit_file: /a, pause_file: /p }\n`);
    const ran = await runWords(["check-config", "--json", `--config.file=${path}`]);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ran.stdout)).toEqual({
      file: path,
      fine: true,
      servers: 2,
      problems: [],
      warnings: [expect.stringContaining(":6:17: warning: policy.mode: ")],
    });
    await fileWith("evry: 5s\n");
    const bad = await runWords(["check-config", "--json", path]);
    expect([bad.code, bad.stderr]).toEqual([1, ""]);
    expect(JSON.parse(bad.stdout)).toEqual({
      file: path,
      fine: false,
      servers: null,
      problems: [expect.stringMatching(/:1:1: evry: /)],
      warnings: [],
    });
  });

  test("says all mistakes at once, each with file, line and column, and exits with 1", async () => {
    const path = await fileWith(`every: 10 parsecs
evry: 5s
detectors:
  idle_in_transaction: { suspect_after: 10m, leaked_after: 1m }
servers:
  - { name: db1, url: "postgres://pgleash:hunter2@db1:99999/postgres" }
`);
    const { code, stdout, stderr } = await runWords(["check-config", path]);
    expect([code, stdout]).toEqual([1, ""]);
    const lines = stderr.trimEnd().split("\n");
    const places = lines.map((line) => line.replace(`${path}:`, "").replace(/^(\d+):\d+: .*$/s, "$1"));
    expect(new Set(places)).toEqual(new Set(["1", "2", "4", "6"]));
    for (const line of lines) expect(line).toMatch(/:\d+:\d+: .*expected .*, got /);
    expect(stderr).not.toContain("hunter2");
  });

  test("points into a file that is not even YAML", async () => {
    const path = await fileWith("servers: [\n  - }\n");
    const { code, stderr } = await runWords(["check-config", path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/pgleash\.yml:\d+:\d+: /);
  });

  test.for([
    { what: "a missing file", name: "missing.yml", got: "no such file" },
    { what: "a folder", name: ".", got: "a directory" },
  ])("refuses $what", async ({ name, got }) => {
    const path = join(folder, name);
    const { code, stderr } = await runWords(["check-config", path]);
    expect([code, stderr]).toEqual([1, `${path}: expected a file that can be read, got ${got}\n`]);
  });
});

describe("config show", () => {
  test("prints every default filled in, and no password", async () => {
    const path = await fileWith(fine);
    const { code, stdout, stderr } = await runWords(["config", "show", `--config.file=${path}`]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("postgres://pgleash:***@db1.example:5432/postgres");
    expect(stdout).toMatch(/every: 7s/);
    expect(stdout).toMatch(/long_transaction:/);
    expect(stdout).not.toContain("hunter2");
  });

  test("takes the file as check-config does, too", async () => {
    const path = await fileWith(fine);
    const named = await runWords(["config", "show", `--config.file=${path}`]);
    expect(await runWords(["config", "show", path])).toEqual(named);
  });

  test("prints what loads to the same again", async () => {
    const path = await fileWith(fine);
    const first = await runWords(["config", "show", `--config.file=${path}`]);
    const again = await runWords(["config", "show", `--config.file=${await fileWith(first.stdout)}`]);
    expect(again.stdout).toBe(first.stdout);
  });

  test("without a file shows what the environment names, its password masked too", async () => {
    const variables = { PGHOST: "db9.example", PGUSER: "watcher", PGPASSWORD: "hunter2" };
    const { code, stdout } = await runWords(["config", "show"], { variables });
    expect(code).toBe(0);
    expect(stdout).toContain("postgres://watcher:***@db9.example:5432/");
    expect(stdout).not.toContain("hunter2");
  });

  test("of a bad file says what is wrong with it", async () => {
    const path = await fileWith("evry: 5s\n");
    const { code, stdout, stderr } = await runWords(["config", "show", `--config.file=${path}`]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/:1:1: .*every/);
  });
});
