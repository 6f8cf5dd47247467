import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { open, rm, type FileHandle } from "node:fs/promises";
import { expect, test } from "vitest";

import { openAudit } from "../../src/act/audit.ts";
import { auditReads, readAudit } from "../../src/act/read-audit.ts";
import { anIntent, aPath, linesOf } from "../support/an-audit.ts";
import { waitFor } from "../support/wait-for.ts";

/** A pipe that is full: whoever writes into it hangs, as on a disk that does not answer. */
async function aFullPipe(path: string): Promise<FileHandle> {
  execFileSync("mkfifo", [path]);
  const pipe = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  for (const bytes of [Buffer.alloc(65_536), Buffer.alloc(1)])
    for (;;) if ((await pipe.write(bytes).catch(() => null)) === null) break;
  return pipe;
}

test("E22: a disk that hangs costs its patience once, then nothing; and the audit works again when it does", async () => {
  const path = await aPath();
  const pipe = await aFullPipe(path);
  const audit = await openAudit(path, { patienceSeconds: 0.3 });
  const startedMs = performance.now();
  expect(await audit.record(anIntent("a"))).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect([audit.isWorking(), audit.failure()]).toEqual([false, "no answer within 0.3 s"]);

  const refusedMs = performance.now();
  for (let count = 0; count < 100; count += 1) expect(await audit.record(anIntent("b"))).toBe(false);
  expect(performance.now() - refusedMs).toBeLessThan(5000);

  await pipe.read(Buffer.alloc(1024 * 1024));
  await pipe.close();
  await rm(path);
  await waitFor("the audit to recover", () => audit.recover());
  expect(await audit.record(anIntent("c"))).toBe(true);
  expect(await linesOf(path)).toMatchObject([
    { type: "gap", lost: 101 },
    { type: "intent", id: "c" },
  ]);
  await audit.close();
});

/** Holds every thread that works on files, as disks that hang do. They go on once it is released. */
function holdThreads(folder: string): { release(): Promise<void> } {
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  const pipes = Array.from({ length: threads }, (_none, index) => `${folder}.pipe-${index}`);
  execFileSync("mkfifo", pipes);
  const opening = pipes.map((pipe) => open(pipe));
  return {
    async release() {
      // Whoever opens the other end lets them through, and must need no such thread.
      const ends = pipes.map((pipe) => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
      for (const opened of await Promise.all(opening)) await opened.close();
      for (const end of ends) closeSync(end);
    },
  };
}

test("E22: a record that the disk takes only after its patience is not believed, and stands before a gap", async () => {
  const path = await aPath();
  const audit = await openAudit(path, { patienceSeconds: 0.3 });
  const threads = holdThreads(path);
  expect(await audit.record(anIntent("a"))).toBe(false);
  await threads.release();
  await waitFor("the late record", async () => (await linesOf(path)).length > 0);
  await waitFor("the audit to recover", () => audit.recover());
  expect(await linesOf(path)).toMatchObject([
    { type: "intent", id: "a" },
    { type: "gap", lost: 1 },
  ]);
  await audit.close();
});

test("E22: a file that cannot be opened at all keeps nobody waiting at the start", async () => {
  const path = await aPath();
  execFileSync("mkfifo", [path]);
  const startedMs = performance.now();
  const reading = readAudit(path, auditReads(0.3));
  expect(await reading).toEqual({ problem: "it cannot be read: no answer within 0.3 s" });
  expect(performance.now() - startedMs).toBeLessThan(5000);
  // Whoever opens the other end lets the operation under way end, and with it this test.
  await (await open(path, constants.O_RDWR | constants.O_NONBLOCK)).close();
});
