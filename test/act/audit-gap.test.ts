import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openAudit } from "../../src/act/audit.ts";
import { orphansIn } from "../../src/act/orphans.ts";
import { readAudit } from "../../src/act/read-audit.ts";
import { anAudit, aFolder, anEntry, anIntent, anOutcome, aPath, linesOf } from "../support/an-audit.ts";

describe("E22: an audit that cannot be written", () => {
  test("on a full disk says so, throws nothing, and works again once there is room", async () => {
    const folder = await aFolder();
    const path = join(folder, "audit.jsonl");
    await symlink("/dev/full", path);
    const audit = await openAudit(path);
    expect(await audit.record(anIntent("a"))).toBe(false);
    expect(await audit.record(anIntent("b"))).toBe(false);
    expect([audit.isWorking(), audit.failure()]).toEqual([false, expect.stringContaining("ENOSPC")]);
    expect(await audit.recover()).toBe(false);

    await rm(path);
    await writeFile(path, "");
    expect(await audit.reopen()).toBe(true);
    expect([audit.isWorking(), audit.failure()]).toEqual([true, null]);
    expect(await audit.record(anIntent("c"))).toBe(true);
    const [gap, ...others] = await linesOf(path);
    expect(gap).toMatchObject({ type: "gap", lost: 2, why: expect.stringContaining("ENOSPC") });
    expect(others.map(({ id }) => id)).toEqual(["c"]);
    await audit.close();
  });

  test("keeps what closes an intent, and writes it once there is room: that much is no orphan", async () => {
    const path = await aPath();
    const audit = await anAudit(path);
    const calledOff = { type: "called_off", id: "b", server: "db1", episode: anEntry().episode } as const;
    for (const id of ["a", "b"]) expect(await audit.record(anIntent(id))).toBe(true);
    await rename(path, `${path}.kept`);
    await mkdir(path);
    expect(await audit.record(anOutcome("a"))).toBe(false);
    expect(await audit.record({ ...calledOff, reason: "paused", why: "paused: release 7" })).toBe(false);
    expect(await audit.recordAll([{ type: "resumed" }, { type: "resumed" }])).toBe(false);
    expect(await audit.recover()).toBe(false);
    await rm(path, { recursive: true });
    await rename(`${path}.kept`, path);
    expect(await audit.recover()).toBe(true);
    expect(await audit.record(anIntent("c"))).toBe(true);
    const lines = await linesOf(path);
    expect(lines.map(({ type, id }) => [type, id])).toEqual([
      ["intent", "a"],
      ["intent", "b"],
      ["gap", undefined],
      ["outcome", "a"],
      ["called_off", "b"],
      ["intent", "c"],
    ]);
    expect(lines[2]).toMatchObject({ lost: 2 });
    const found = await readAudit(path);
    expect("records" in found && orphansIn(found.records).map(({ id }) => id)).toEqual(["c"]);
  });

  test("writes what it kept when it stops: the next process finds no orphan", async () => {
    const path = await aPath();
    const audit = await anAudit(path);
    expect(await audit.record(anIntent("a"))).toBe(true);
    await rename(path, `${path}.kept`);
    await mkdir(path);
    expect(await audit.record(anOutcome("a"))).toBe(false);
    await rm(path, { recursive: true });
    await rename(`${path}.kept`, path);
    await audit.close();
    const found = await readAudit(path);
    expect("records" in found && orphansIn(found.records)).toEqual([]);
  });

  test("keeps no more of it than any disk takes at once: the rest is lost", async () => {
    const folder = await aFolder();
    const audit = await anAudit(join(folder, "later", "audit.jsonl"));
    for (let count = 0; count < 1010; count += 1) await audit.record(anOutcome(`${count}`));
    await mkdir(join(folder, "later"));
    expect(await audit.recover()).toBe(true);
    const [gap, ...kept] = await linesOf(join(folder, "later", "audit.jsonl"));
    expect([gap?.["lost"], kept.length, kept.at(-1)?.["id"]]).toEqual([10, 1000, "999"]);
  });

  test("on a device that cannot flush is none: what is not on a disk is not on record", async () => {
    const audit = await openAudit("/dev/null");
    expect(await audit.record(anIntent("a"))).toBe(false);
    expect(audit.isWorking()).toBe(false);
    await audit.close();
  });

  test("for want of a folder works as soon as there is one, and notes the gap", async () => {
    const folder = await aFolder();
    const path = join(folder, "later", "audit.jsonl");
    const audit = await openAudit(path);
    expect([audit.isWorking(), audit.failure()]).toEqual([false, expect.stringContaining("ENOENT")]);
    expect(await audit.recover()).toBe(false);
    await mkdir(join(folder, "later"));
    expect([await audit.recover(), audit.isWorking()]).toEqual([true, true]);
    expect(await linesOf(path)).toMatchObject([{ type: "gap", lost: 0 }]);
    await audit.close();
  });
});
