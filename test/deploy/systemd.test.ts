import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { anEnvironment, configOf } from "../support/config-text.ts";
import { readText } from "./files.ts";
import { problemOf } from "./program.ts";
import { readUnit, wordsOf, type Unit } from "./unit-file.ts";

let unit: Unit;
let folder = "";

beforeAll(async () => {
  unit = await readUnit("config/systemd/pgleash.service");
  folder = await mkdtemp(join(tmpdir(), "pgleash-unit-"));
  // Says how it was called, in place of pgleash.
  const stub = '#!/bin/sh\nprintf "%s\\n" "password=$PGPASSWORD" "$@"\n';
  await writeFile(join(folder, "pgleash"), stub);
  await chmod(join(folder, "pgleash"), 0o755);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Does what systemd would do to start the service, but for the sandbox. */
async function start(args: string, credentials: string): Promise<readonly string[]> {
  const [line = ""] = unit.valuesOf("Service", "ExecStart");
  const [program = "", ...words] = wordsOf(line, { ARGS: args });
  const env = { PATH: `${folder}:/usr/bin:/bin`, CREDENTIALS_DIRECTORY: credentials, ARGS: args };
  const { stdout } = await promisify(execFile)(program, words, { env });
  return stdout.trimEnd().split("\n");
}

describe("the service", () => {
  test("starts pgleash with the password of its credential, and the flags of ARGS", async () => {
    await writeFile(join(folder, "pgpassword"), "pass word$1'\n");
    const [password, ...words] = await start("--enforce --log.level=debug", folder);
    expect(password).toBe("password=pass word$1'");
    expect(words).toEqual([
      "serve",
      "--config.file=/etc/pgleash/pgleash.yml",
      "--enforce",
      "--log.level=debug",
    ]);
    expect(await problemOf(words)).toBeUndefined();
    expect(await start("", folder)).toHaveLength(3);
  });

  test("does not start pgleash without the credential", async () => {
    await expect(start("", "/nowhere")).rejects.toThrow(/cannot open|No such file/i);
  });

  test("loads the credential that its shell reads", () => {
    const [credential = ""] = unit.valuesOf("Service", "LoadCredential");
    const [name] = credential.split(":");
    expect(unit.valuesOf("Service", "ExecStart")[0]).toContain(`"$$CREDENTIALS_DIRECTORY/${name}"`);
  });

  test("may write where the examples put audit and pause, and nowhere else", async () => {
    const [state = ""] = unit.valuesOf("Service", "StateDirectory");
    const { policy } = configOf(await readText("config/production.yml"), anEnvironment({ PGPASSWORD: "x" }));
    for (const path of [policy.auditFile, policy.pauseFile])
      expect(posix.dirname(path ?? "")).toBe(`/var/lib/${state}`);
    expect(unit.valuesOf("Service", "ProtectSystem")).toEqual(["strict"]);
    expect(unit.valuesOf("Service", "ReadWritePaths")).toEqual([]);
  });

  test("lets V8 write machine code, and reloads by the signal that pgleash reloads at", () => {
    expect(unit.valuesOf("Service", "MemoryDenyWriteExecute")).toEqual(["no"]);
    expect(unit.valuesOf("Service", "ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
  });
});
