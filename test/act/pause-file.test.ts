import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

import {
  readPauseOrder,
  removePauseOrder,
  watchPauseFile,
  writePauseOrder,
  type PauseWatch,
} from "../../src/act/pause-file.ts";
import { aFolder, aPath } from "../support/an-audit.ts";

const now = Date.parse("2027-01-15T08:00:00Z") / 1000;
const anOrder = { reason: "migration of orders", until: null, by: "ada" };

describe("E27: a pause", () => {
  test("is what the file says, until it is removed", async () => {
    const path = await aPath("pause.json");
    const watch = watchPauseFile(path);
    expect(await watch.read(now)).toBeNull();
    await writePauseOrder(path, anOrder);
    expect(await watch.read(now)).toEqual({ reason: "migration of orders", untilSeconds: null, by: "ada" });
    expect(await removePauseOrder(path)).toBe(true);
    expect(await watch.read(now)).toBeNull();
    expect(await removePauseOrder(path)).toBe(false);
  });

  test("is over when its time is, by our clock", async () => {
    const path = await aPath("pause.json");
    await writePauseOrder(path, { ...anOrder, until: "2027-01-15T09:00:00+01:00" });
    const watch = watchPauseFile(path);
    expect(await watch.read(now - 0.001)).toEqual({
      reason: "migration of orders",
      untilSeconds: now,
      by: "ada",
    });
    expect(await watch.read(now)).toBeNull();
  });

  test("may be written by hand, with a reason alone", async () => {
    const path = await aPath("pause.json");
    await writeFile(path, ' {"reason": " wait for me "}\n');
    expect(await watchPauseFile(path).read(now)).toEqual({
      reason: "wait for me",
      untilSeconds: null,
      by: null,
    });
    expect(await readPauseOrder(path)).toEqual({ reason: "wait for me", until: null, by: null });
  });

  test("is written whole, can be read by everybody, and leaves nothing else behind", async () => {
    const path = await aPath("pause.json");
    await writePauseOrder(path, { ...anOrder, reason: "x".repeat(3000) });
    await writePauseOrder(path, anOrder);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(anOrder);
    expect(await readdir(dirname(path))).toEqual(["pause.json"]);
  });

  test("that cannot be written leaves what there was", async () => {
    const path = await aPath("pause.json");
    await mkdir(path);
    await expect(writePauseOrder(path, anOrder)).rejects.toThrow(
      "no pause order that can be read (expected a file)",
    );
    expect(await readdir(dirname(path))).toEqual(["pause.json"]);
  });

  test("is never read half, however often it is written anew", async () => {
    const path = await aPath("pause.json");
    await writePauseOrder(path, anOrder);
    // Several, so that they fall out of step with the writer.
    const watches = Array.from({ length: 7 }, () => watchPauseFile(path, 30));
    const seen = new Set<string | undefined>();
    const look = async (watch: PauseWatch): Promise<void> => {
      for (let times = 0; times < 20; times += 1) seen.add((await watch.read(now))?.reason);
    };
    for (let count = 0; count < 20; count += 1) {
      const writing = writePauseOrder(path, { ...anOrder, reason: "y".repeat(3000 * (count % 2) + 1) });
      await Promise.all([writing, ...watches.map(look)]);
    }
    const reasons = [anOrder.reason, "y", "y".repeat(3001)];
    expect([...seen].filter((reason) => reason === undefined || !reasons.includes(reason))).toEqual([]);
  });
});

describe("E22: a pause file that makes no sense is a pause", () => {
  test.for([
    "",
    "paused",
    "null",
    "{}",
    "[]",
    '{"reason": ""}',
    '{"reason": 7}',
    '{"reason": "x", "until": "tomorrow"}',
    '{"reason": "x", "until": "2020-13-45T00:00:00Z"}',
    '{"reason": "x", "until": "2020-01-01T00:00:00"}',
    '{"reason": "x", "until": 1577836800}',
    '{"reason": "x", "untill": "2020-01-01T00:00:00Z"}',
    '{"reason": "x", "until": "2020-01-01T00:00:00Z"',
    `{"reason": "x", "until": "2020-01-01T00:00:00Z", "by": "${"z".repeat(5000)}"}`,
    `{"reason": "x", "until": "2020-01-01T00:00:00Z"}${" ".repeat(5000)}`,
  ])("%j", async (text) => {
    const path = await aPath("pause.json");
    await writeFile(path, text);
    expect(await watchPauseFile(path).read(now)).toEqual({
      reason: expect.stringMatching(/^the pause file \/.*pause\.json: expected /),
      untilSeconds: null,
      by: null,
    });
  });

  test("a folder in its place", async () => {
    const pause = await watchPauseFile(await aFolder()).read(now);
    expect(pause?.reason).toContain("expected a file");
  });

  test("a pipe, at once: nobody waits for its writer", async () => {
    const path = await aPath("pause.json");
    execFileSync("mkfifo", [path]);
    const pause = await watchPauseFile(path, 30).read(now);
    expect(pause?.reason).toContain("expected a file");
  });

  test("an endless one, of which no more is read than is allowed", async () => {
    const path = await aPath("pause.json");
    await symlink("/dev/zero", path);
    expect(await watchPauseFile(path).read(now)).not.toBeNull();
  });

  test("a folder that is not there: perhaps it is not mounted", async () => {
    const pause = await watchPauseFile(join(await aFolder(), "lost", "pause.json")).read(now);
    expect(pause?.reason).toContain("ENOENT");
  });

  test("what leads to itself", async () => {
    const path = await aPath("pause.json");
    await symlink(path, path);
    expect((await watchPauseFile(path).read(now))?.reason).toContain("ELOOP");
  });
});
