import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterEach, expect, test, vi } from "vitest";

import { startProgram, type Program } from "../support/a-program.ts";
import { freePort } from "../support/free-port.ts";
import { samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

test.each([
  ["that nobody reads", fullPipe],
  ["on a full disk", fullDisk],
])("a log %s holds up neither the looks nor the end", async (_, openLog) => {
  const port = await freePort();
  const program = await started(port, await openLog());
  await waitFor("two looks", async () => (await failedLooks(port)) >= 2);
  program.kill("SIGTERM");
  const sinceMs = performance.now();
  expect(await program.ended).toBe(0);
  expect(performance.now() - sinceMs).toBeLessThan(3000);
});

test("whoever reads our output may stop reading", async () => {
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const complaints: unknown[] = [];
  child.stderr.on("data", (text) => complaints.push(String(text)));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(complaints).toEqual([]);
});

/** Watches a server that is not there: each look fails, and says so. */
async function started(port: number, stderrTo: number): Promise<Program> {
  const path = join(await temporaryFolder(), "pgleash.yml");
  await writeFile(path, 'every: 1s\nservers: [{ name: away, url: "postgres://nobody@127.0.0.1:1/none" }]\n');
  const words = ["serve", `--config.file=${path}`, `--web.listen-address=127.0.0.1:${port}`];
  const program = startProgram(words, {}, stderrTo);
  cleanups.push(() => {
    program.kill("SIGKILL");
    return program.ended;
  });
  return program;
}

/** No answer yet, no look yet. */
async function failedLooks(port: number): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return samplesOf(page, "pgleash_look_failures_total", { reason: "connect" })[0]?.value ?? 0;
}

/** The next byte written to it waits for a reader, and there is none. */
async function fullPipe(): Promise<number> {
  const path = join(await temporaryFolder(), "log");
  await promisify(execFile)("mkfifo", [path]);
  const both = opened(path, constants.O_RDWR | constants.O_NONBLOCK);
  for (const size of [4096, 1]) fill(both, Buffer.alloc(size, "\n"));
  return opened(path, constants.O_WRONLY);
}

function fill(descriptor: number, bytes: Buffer): void {
  for (;;) {
    try {
      writeSync(descriptor, bytes);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return;
      throw error;
    }
  }
}

function fullDisk(): Promise<number> {
  return Promise.resolve(opened("/dev/full", constants.O_WRONLY));
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-log-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  return folder;
}

function opened(path: string, flags: number): number {
  const descriptor = openSync(path, flags);
  cleanups.push(() => closeSync(descriptor));
  return descriptor;
}
