import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { formatIssue } from "../../src/config/issue.ts";
import { loadConfig } from "../../src/config/load.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-config-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function load(name: string | undefined): Promise<readonly string[] | "loaded"> {
  const path = name === undefined ? undefined : join(folder, name);
  const result = await loadConfig(path, anEnvironment());
  return "config" in result ? "loaded" : result.issues.map((issue) => formatIssue(issue).replace(folder, ""));
}

test("without a path the environment names the server", async () => {
  expect(await loadConfig(undefined, anEnvironment())).toEqual({ config: configOf("") });
});

test("a file is read, and its mistakes carry its name", async () => {
  await writeFile(join(folder, "good.yml"), "\uFEFFevery: 5s\n");
  await writeFile(join(folder, "bad.yml"), "every: x\n");
  expect(await load("good.yml")).toBe("loaded");
  expect(await load("bad.yml")).toEqual([
    '/bad.yml:1:8: every: expected a duration of whole seconds from 1s to 1d, got "x"',
  ]);
});

test("a file that cannot be read is one issue", async () => {
  await writeFile(join(folder, "latin1.yml"), Buffer.from([0x61, 0x3a, 0xe9]));
  await writeFile(join(folder, "large.yml"), "#".repeat(2 * 1024 * 1024));
  expect(await load("none.yml")).toEqual(["/none.yml: expected a file that can be read, got no such file"]);
  expect(await load(".")).toEqual([": expected a file that can be read, got a directory"]);
  execFileSync("mkfifo", [join(folder, "pipe")]);
  expect(await load("pipe")).toEqual(["/pipe: expected a file that can be read, got a pipe"]);
  expect(await load("latin1.yml")).toEqual(["/latin1.yml: expected UTF-8 text, got other bytes"]);
  expect(await load("large.yml")).toEqual(["/large.yml: expected at most 1 MiB, got more"]);
});

// root may read every file, so this one says something only when somebody else runs it.
test.skipIf(process.getuid?.() === 0)("a file that we may not read is one issue", async () => {
  await writeFile(join(folder, "secret.yml"), "");
  await chmod(join(folder, "secret.yml"), 0);
  expect(await load("secret.yml")).toEqual([
    "/secret.yml: expected a file that can be read, got permission denied",
  ]);
});

test("an endless file is refused too", async () => {
  const result = await loadConfig("/dev/zero", anEnvironment());
  expect("issues" in result && result.issues.map(formatIssue)).toEqual([
    "/dev/zero: expected at most 1 MiB, got more",
  ]);
});
