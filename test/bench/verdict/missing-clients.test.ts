import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { missingClients } from "../../../bench/verdict/stage/missing-clients.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "clone-"));
  await mkdir(join(root, "test/clients"), { recursive: true });
  await writeFile(
    join(root, "test/clients/package.json"),
    '{"dependencies":{"pg":"8.23.1","other":"1.0.0"}}',
  );
});
afterAll(() => rm(root, { recursive: true }));

test("what is not installed is told before anything is played, and how to install it", async () => {
  expect(await missingClients(root)).toBe(
    "nothing is played: pg, other of test/clients/package.json is not installed; run: npm ci --prefix test/clients",
  );
  await mkdir(join(root, "test/clients/node_modules/pg"), { recursive: true });
  expect(await missingClients(root)).toContain("nothing is played: other of ");
});

test("a client of the clone itself is found as well", async () => {
  await mkdir(join(root, "node_modules/pg"), { recursive: true });
  await mkdir(join(root, "node_modules/other"), { recursive: true });
  expect(await missingClients(root)).toBeNull();
});
