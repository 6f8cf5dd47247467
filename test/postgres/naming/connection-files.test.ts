import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createFileLookup, readConnectionFile } from "../../../src/postgres/naming/connection-files.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-files-"));
  await writeFile(join(folder, "text"), "host=größe\n");
  await symlink("text", join(folder, "link"));
  await writeFile(join(folder, "bytes"), Buffer.from([0xff]));
  await writeFile(join(folder, "mebibyte"), "x".repeat(1024 * 1024));
  await writeFile(join(folder, "more"), "x".repeat(1024 * 1024 + 1));
  execFileSync("mkfifo", [join(folder, "pipe")]);
});

afterAll(() => rm(folder, { recursive: true }));

test("a text is read, through links too", () => {
  expect(readConnectionFile(join(folder, "text"))).toEqual({ text: "host=größe\n" });
  expect(readConnectionFile(join(folder, "link"))).toEqual({ text: "host=größe\n" });
  expect(readConnectionFile(join(folder, "mebibyte"))).toEqual({ text: "x".repeat(1024 * 1024) });
});

test.for([
  ["gone", { isMissing: true, why: "no such file" }],
  ["text/gone", { isMissing: true, why: "no such file" }],
  [".", { isMissing: false, why: "not a plain file" }],
  ["pipe", { isMissing: false, why: "not a plain file" }],
  ["bytes", { isMissing: false, why: "other bytes than UTF-8 text" }],
  ["more", { isMissing: false, why: "a file of more than 1 MiB" }],
] as const)("%s is not read", ([name, read]) => {
  expect(readConnectionFile(join(folder, name))).toEqual(read);
});

test.for([
  ["text", true],
  ["link", true],
  ["pipe", true],
  ["more", true],
  ["gone", false],
  ["text/gone", false],
] as const)("%s is there: %s", async ([name, isThere]) => {
  const exists = await createFileLookup(folder);
  expect(exists(join(folder, name))).toBe(isThere);
});

test("what we may not look for may be there", async () => {
  const exists = await createFileLookup(undefined);
  expect(exists("/a\0b")).toBe(true);
});

test("a file is asked for once", async () => {
  const path = join(folder, "removed");
  await writeFile(path, "");
  const exists = await createFileLookup(folder);
  expect(exists(path)).toBe(true);
  await rm(path);
  expect(exists(path)).toBe(true);
  expect((await createFileLookup(folder))(path)).toBe(false);
});

test("nothing is asked for before the home folder answers", async () => {
  const asked: string[] = [];
  const lookup = createFileLookup("/home/dba", (path) => {
    asked.push(path);
    return new Promise(() => undefined);
  });
  const waited = new Promise((resolve) => void setImmediate(resolve, "it hangs"));
  expect(await Promise.race([lookup, waited])).toBe("it hangs");
  expect(asked).toEqual(["/home/dba/.postgresql"]);
});

test("a path that no system takes is not read", () => {
  expect(readConnectionFile("/a\0b")).toEqual({ isMissing: false, why: "ERR_INVALID_ARG_VALUE" });
});
