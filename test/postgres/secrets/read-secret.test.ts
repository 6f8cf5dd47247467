import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { PostgresFailure } from "../../../src/postgres/failure.ts";
import { readSecret, type SecretUse } from "../../../src/postgres/secrets/read-secret.ts";
import type { SecretSource } from "../../../src/postgres/settings.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-secret-"));
});
afterAll(() => rm(folder, { recursive: true }));

const key = { host: "db1", port: 5432, database: "shop", user: "watch" };
const password: SecretUse = { keyword: "password", key };
let written = 0;

async function inFile(
  type: FileType,
  text: string,
  mode = 0o600,
): Promise<Extract<SecretSource, { readonly path: string }>> {
  const path = join(folder, `secret-${(written += 1)}`);
  await writeFile(path, text, { mode });
  return sourceOf(type, path);
}

type FileType = "file" | "passfile" | "connection_string_file";

function sourceOf(type: FileType, path: string): Extract<SecretSource, { readonly path: string }> {
  return type === "connection_string_file" ? { type, path, target: { host: "db1" } } : { type, path };
}

describe("a secret", () => {
  test("is the one that is given, or none", async () => {
    expect(await readSecret({ type: "given", secret: "pa ss" }, password)).toBe("pa ss");
    expect(await readSecret({ type: "given", secret: "" }, password)).toBeUndefined();
    expect(await readSecret({ type: "none" }, password)).toBeUndefined();
  });

  test.for([
    ["pa ss", "pa ss"],
    ["pa ss\n", "pa ss"],
    ["pa ss\r\n", "pa ss"],
    [" \tpa  ss \n\n", "pa  ss"],
    ["füß🔑\n", "füß🔑"],
    ["\n", undefined],
    ["", undefined],
  ] as const)("in a file is all of it but the white space around it: %j", async ([text, secret]) => {
    expect(await readSecret(await inFile("file", text), password)).toBe(secret);
  });

  test("in a password file is that of its place", async () => {
    const text = "db2:5432:*:*:other\ndb1:5432:shop:watch:right\n";
    expect(await readSecret(await inFile("passfile", text), password)).toBe("right");
    expect(await readSecret(await inFile("passfile", "db2:*:*:*:other"), password)).toBeUndefined();
    expect(await readSecret({ type: "passfile", path: join(folder, "missing") }, password)).toBeUndefined();
  });

  test("in a connection string is that part of it", async () => {
    const file = await inFile("connection_string_file", "postgres://:right%40@db1/shop?sslpassword=key\n");
    expect(await readSecret(file, password)).toBe("right@");
    expect(await readSecret(file, { keyword: "sslpassword", key })).toBe("key");
    expect(await readSecret(await inFile("connection_string_file", "host=db1"), password)).toBeUndefined();
  });

  test.for([
    "host=db2 password=hunter2",
    "host=db1 hostaddr=127.0.0.1 password=hunter2",
    "host=db1 port=5433 password=hunter2",
    "host=db1 user=you password=hunter2",
    "host=db1 service=shop password=hunter2",
    "host=db1 sslmode=verify-full password=hunter2",
    "password=hunter2",
  ])("in a connection string is none for another target: %s", async (text) => {
    const file = await inFile("connection_string_file", text);
    expect((await failureOf(file)).message).toBe(
      `cannot read the password: ${file.path}: it names another server, role or sslmode than when it was read: reload the configuration`,
    );
  });

  test("is read anew each time", async () => {
    const file = await inFile("file", "first");
    expect(await readSecret(file, password)).toBe("first");
    await writeFile(file.path, "second");
    expect(await readSecret(file, password)).toBe("second");
  });
});

describe("what cannot be read names the file and nothing in it", () => {
  test.for([
    [
      "a file that is missing",
      async () => ({ type: "file", path: join(folder, "missing") }) as const,
      "there is no such file",
    ],
    ["a folder", async () => ({ type: "file", path: folder }) as const, "it is not a plain file"],
    [
      "one that is too large",
      () => inFile("file", "hunter2".repeat(200_000)),
      "it has more than 1048576 bytes",
    ],
    [
      "a password file for others",
      () => inFile("passfile", "*:*:*:*:hunter2", 0o640),
      "others than its owner may use it (chmod 0600)",
    ],
    [
      "no connection string",
      () => inFile("connection_string_file", "hunter2"),
      "it holds no connection string",
    ],
  ] as const)("%s", async ([, source, why]) => {
    const given = await source();
    const failure = await failureOf(given);
    expect(failure).toMatchObject({
      reason: "auth",
      message: `cannot read the password: ${given.path}: ${why}`,
    });
    expect(JSON.stringify([failure.message, String(failure.cause)])).not.toContain("hunter2");
  });

  test("a pipe is refused, and not waited for", async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    await chmod(path, 0o600);
    for (const type of ["file", "passfile", "connection_string_file"] as const)
      expect((await failureOf(sourceOf(type, path))).message).toContain("it is not a plain file");
  });
});

async function failureOf(source: SecretSource): Promise<PostgresFailure> {
  const failure = await readSecret(source, password).catch((error: unknown) => error);
  if (failure instanceof PostgresFailure) return failure;
  throw new Error("expected a failure");
}
