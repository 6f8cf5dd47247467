import { execFileSync } from "node:child_process";
import { constants, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { readLookLine } from "../../src/record/look-line.ts";
import { createRecorder } from "../../src/record/recorder.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { aLookLine, aRecordedLook } from "../support/a-recorded-look.ts";
import { aFolder, aPath } from "../support/an-audit.ts";
import { waitFor } from "../support/wait-for.ts";

const lineBytes = aLookLine().length;

/** The servers of the looks in a file, in their order; what is no look is `null`. */
async function serversIn(path: string): Promise<readonly (string | null)[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map(readLookLine).map((read) => (read.type === "look" ? read.look.server : null));
}

function messagesOf(records: readonly LogRecord[]): readonly string[] {
  return records.map(({ level, message }) => `${level}: ${message}`);
}

const cannot = "error: the recording cannot be written: looks are missing in it";
const missing = "warn: looks are missing in the recording";

describe("E3: a recording", () => {
  test("is a file for the operator's eyes, of one look a line, and only grows", async () => {
    const path = await aPath("looks.jsonl");
    const { log, records } = aLog();
    for (const servers of [["a", "b"], ["c"]]) {
      const recorder = createRecorder(path, { log });
      for (const server of servers) recorder.record(aRecordedLook(undefined, { server }), new Map());
      await recorder.close();
    }
    expect(await serversIn(path)).toEqual(["a", "b", "c"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(records).toEqual([]);
  });

  test("goes on behind a line that a crash has torn", async () => {
    const path = await aPath("looks.jsonl");
    await writeFile(path, aLookLine().slice(0, 50));
    const recorder = createRecorder(path, { log: aLog().log });
    recorder.record(aRecordedLook(), new Map());
    await recorder.close();
    expect(await serversIn(path)).toEqual([null, "main"]);
  });

  test("is moved aside when it gets too large, so that two files at most lie on the disk", async () => {
    const path = await aPath("looks.jsonl");
    const largestBytes = Math.ceil(lineBytes * 2.5);
    for (const servers of ["abc", "de", "f"]) {
      const recorder = createRecorder(path, { log: aLog().log, largestBytes });
      for (const server of servers) recorder.record(aRecordedLook(undefined, { server }), new Map());
      await recorder.close();
    }
    expect([await serversIn(`${path}.1`), await serversIn(path)]).toEqual([
      ["c", "d"],
      ["e", "f"],
    ]);
  });

  test("that somebody else moved aside begins anew", async () => {
    const path = await aPath("looks.jsonl");
    const recorder = createRecorder(path, { log: aLog().log });
    recorder.record(aRecordedLook(undefined, { server: "a" }), new Map());
    await waitFor("the first look", async () => (await serversIn(path)).length === 1);
    await rename(path, `${path}.old`);
    recorder.record(aRecordedLook(undefined, { server: "b" }), new Map());
    await recorder.close();
    expect([await serversIn(`${path}.old`), await serversIn(path)]).toEqual([["a"], ["b"]]);
  });
});

test("two processes that record into one file are told, each once, and nothing is lost", async () => {
  const path = await aPath("looks.jsonl");
  const logs = [aLog(), aLog()];
  const recorders = logs.map(({ log }) => createRecorder(path, { log }));
  let looks = 0;
  for (let round = 0; round < 3; round += 1)
    for (const recorder of recorders) {
      recorder.record(aRecordedLook(), new Map());
      looks += 1;
      await waitFor(
        "the look",
        async () => (await stat(path).catch(() => null))?.size === looks * lineBytes + (looks > 1 ? 1 : 0),
      );
    }
  for (const recorder of recorders) await recorder.close();
  const told =
    "warn: another process writes into the recording: give each pgleash its own, or a replay takes both for one";
  for (const { records } of logs) {
    expect(messagesOf(records)).toEqual([told]);
    expect(records[0]?.fields).toEqual({ record_file: path });
  }
  expect(await serversIn(path)).toEqual(Array.from({ length: 6 }, () => "main"));
});

describe("a disk that fails does not hurt the watch", () => {
  test("a full one: it is said once, and the looks that are missing are counted", async () => {
    const { log, records } = aLog();
    const recorder = createRecorder("/dev/full", { log });
    expect(recorder.missing()).toBe(0);
    for (let look = 0; look < 3; look += 1) recorder.record(aRecordedLook(), new Map());
    await recorder.close();
    expect(recorder.missing()).toBe(3);
    expect(messagesOf(records)).toEqual([cannot, missing]);
    expect(records[0]?.fields).toEqual({
      record_file: "/dev/full",
      error: expect.stringContaining("ENOSPC"),
    });
    expect(records[1]?.fields).toEqual({ record_file: "/dev/full", missing_looks: 3 });
  });

  test("a folder that comes only later: what is recorded from then on is there", async () => {
    const folder = await aFolder();
    const path = join(folder, "later", "looks.jsonl");
    const { log, records } = aLog();
    const recorder = createRecorder(path, { log });
    recorder.record(aRecordedLook(undefined, { server: "a" }), new Map());
    await waitFor("the failure", () => records.length === 1);
    execFileSync("mkdir", [join(folder, "later")]);
    recorder.record(aRecordedLook(undefined, { server: "b" }), new Map());
    await recorder.close();
    expect(await serversIn(path)).toEqual(["b"]);
    expect(records[1]?.fields).toMatchObject({ missing_looks: 1 });
  });

  test("one that hangs: nobody waits for it, and nothing piles up", async () => {
    const path = await aPath("fifo");
    execFileSync("mkfifo", [path]);
    const { log, records } = aLog();
    const recorder = createRecorder(path, { log, patienceSeconds: 0.2 });
    recorder.record(aRecordedLook(), new Map());
    await waitFor("the failure", () => records.length === 1);
    for (let look = 0; look < 3; look += 1) recorder.record(aRecordedLook(), new Map());
    await recorder.close();
    expect(messagesOf(records)).toEqual([cannot, missing]);
    expect(records[1]?.fields).toMatchObject({ missing_looks: 4 });
    // Whoever opens the other end lets the operation under way end, and with it this test.
    await (await open(path, constants.O_RDWR | constants.O_NONBLOCK)).close();
  });

  test("a slow one: what waits is bounded", async () => {
    const path = await aPath("fifo");
    execFileSync("mkfifo", [path]);
    const { log, records } = aLog();
    const recorder = createRecorder(path, { log, mostWaitingBytes: 2 * lineBytes });
    for (let look = 0; look < 5; look += 1) recorder.record(aRecordedLook(), new Map());
    expect(messagesOf(records)).toEqual([cannot]);
    expect(recorder.missing()).toBe(3);
    const reader = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
    await recorder.close();
    expect(records[1]?.fields).toMatchObject({ missing_looks: 3 });
    expect((await reader.read(Buffer.alloc(65_536))).bytesRead).toBe(2 * lineBytes);
    await reader.close();
  });
});
