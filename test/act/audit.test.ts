import { readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { auditLine } from "../../src/act/audit-line.ts";
import { openAudit } from "../../src/act/audit.ts";
import { anAudit, aLedger, anEntry, anIntent, anOutcome, aPath, linesOf } from "../support/an-audit.ts";

const started = { type: "started", version: "1.2.3", mode: "enforce" } as const;

async function typesIn(path: string): Promise<readonly unknown[]> {
  return (await linesOf(path)).map(({ type }) => type);
}

describe("E21: the audit", () => {
  test("is a file for the operator's eyes, of one JSON object a line, each with a version and a time", async () => {
    const path = await aPath();
    const audit = await openAudit(path);
    expect([await audit.record(started), await audit.record(anIntent("a"))]).toEqual([true, true]);
    expect(await audit.record(anOutcome("a"))).toBe(true);
    const lines = await linesOf(path);
    expect(lines.map(({ v, type }) => [v, type])).toEqual([
      [1, "started"],
      [1, "intent"],
      [1, "outcome"],
    ]);
    for (const { time } of lines)
      expect(Math.abs(Date.parse(String(time)) - Date.now())).toBeLessThan(60_000);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await audit.close();
  });

  test("only ever grows, over restarts too", async () => {
    const path = await aPath();
    for (const id of ["a", "b"]) {
      const audit = await openAudit(path);
      await audit.record(anIntent(id));
      await audit.close();
    }
    expect((await linesOf(path)).map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("takes records that come all at once one after another, in their order", async () => {
    const path = await aPath();
    const audit = await openAudit(path);
    const ids = Array.from({ length: 60 }, (_none, index) => `id-${index}`);
    const results = await Promise.all(ids.map((id) => audit.record(anIntent(id))));
    expect(new Set(results)).toEqual(new Set([true]));
    expect((await linesOf(path)).map(({ id }) => id)).toEqual(ids);
    await audit.close();
  });

  test("takes many records as one, in their order, and none as no write", async () => {
    const path = await aPath();
    const audit = await anAudit(path);
    await rm(path);
    expect(await audit.recordAll([])).toBe(true);
    await expect(stat(path)).rejects.toThrow("ENOENT");
    const [many, other] = [[started, anIntent("a"), anOutcome("a")], anIntent("b")];
    expect(await Promise.all([audit.recordAll(many), audit.record(other)])).toEqual([true, true]);
    const lines = await linesOf(path);
    expect(lines.map(({ type }) => type)).toEqual(["started", "intent", "outcome", "intent"]);
  });

  test("ends a line that a crash has torn before it writes the next one", async () => {
    const path = await aPath();
    await writeFile(path, '{"v":1,"type":"inte');
    const audit = await openAudit(path);
    await audit.record(started);
    await audit.record(anIntent("a"));
    await audit.close();
    const [torn, ...whole] = (await readFile(path, "utf8")).split("\n");
    expect(torn).toBe('{"v":1,"type":"inte');
    expect(whole.filter((line) => line !== "")).toHaveLength(2);
  });

  test("shows a terminal nothing that a client wrote to rewrite it", async () => {
    const path = await aPath();
    const audit = await openAudit(path);
    const applicationName = "web\u009b2J\u202e\n\u2028";
    await audit.record(anIntent("a", { holder: { ...anEntry().holder, applicationName } }));
    await audit.close();
    expect(await readFile(path, "utf8")).not.toMatch(/[\u009b\u202e\u2028]/);
    expect((await linesOf(path))[0]).toMatchObject({ holder: { application_name: applicationName } });
  });
});

describe("a rotated audit", () => {
  const entries = [anEntry({ outcome: "terminated" })];

  test.for(["moved away", "removed", "cut off", "replaced"])(
    "that was %s is gone on with by itself",
    async (how) => {
      const path = await aPath();
      const audit = await openAudit(path, { ledgers: () => [aLedger(entries)] });
      await audit.record(started);
      await audit.record(anIntent("a"));
      if (how === "moved away" || how === "replaced") await rename(path, `${path}.1`);
      else if (how === "removed") await rm(path);
      else await truncate(path);
      if (how === "replaced") await writeFile(path, "\n".repeat(100_000));
      expect(await audit.record(anOutcome("a"))).toBe(true);
      // What the limits are counted on comes first: nobody reads the old file again.
      expect(await typesIn(path)).toEqual(["ledger", "outcome"]);
      await audit.close();
    },
  );

  test("does not begin with ledgers at each start: the file holds them already", async () => {
    const path = await aPath();
    for (let start = 0; start < 2; start += 1) {
      const audit = await openAudit(path, { ledgers: () => [aLedger(entries)] });
      await audit.record(started);
      await audit.close();
    }
    expect(await typesIn(path)).toEqual(["ledger", "started", "started"]);
  });

  test("is given ledgers where nobody wrote any for several MiB, though it was there at the start", async () => {
    const path = await aPath();
    await writeFile(path, auditLine(anIntent("a", { rule: "x".repeat(5 * 1024 * 1024) }), new Date(0)));
    const audit = await anAudit(path, { ledgers: () => [aLedger(entries)] });
    expect(await audit.record(started)).toBe(true);
    expect(await typesIn(path)).toEqual(["intent", "ledger", "started"]);
  });

  test("says of each ledger which of how many it is, for a reader who begins in their midst", async () => {
    const path = await aPath();
    const audit = await openAudit(path, { ledgers: () => [aLedger(entries), aLedger([])] });
    await audit.record(started);
    await audit.close();
    expect((await linesOf(path)).map(({ type, part, parts }) => [type, part, parts])).toEqual([
      ["ledger", 1, 2],
      ["ledger", 2, 2],
      ["started", undefined, undefined],
    ]);
  });

  test("is opened anew when it is asked to", async () => {
    const path = await aPath();
    const audit = await openAudit(path, { ledgers: () => [aLedger(entries)] });
    await audit.record(started);
    await rename(path, `${path}.1`);
    expect(await audit.reopen()).toBe(true);
    expect(await typesIn(path)).toEqual(["ledger"]);
    expect(await typesIn(`${path}.1`)).toEqual(["ledger", "started"]);
    await audit.close();
  });

  test("repeats its ledgers every few MiB, so that the end of the file tells all", async () => {
    const path = await aPath();
    const audit = await openAudit(path, { ledgers: () => [aLedger(entries)] });
    const rule = "x".repeat(1024 * 1024);
    for (let written = 0; written < 21; written += 1) await audit.record(anIntent("a", { rule }));
    const types = await typesIn(path);
    const distances = types.join(" ").split("ledger").slice(1, -1);
    expect(distances.length).toBeGreaterThanOrEqual(4);
    for (const distance of distances) expect(distance.trim().split(" ").length).toBeLessThanOrEqual(4);
    await audit.close();
  });

  test("repeats long ledgers no more often than every twice their length", async () => {
    const path = await aPath();
    const long = [anEntry({ rule: "x".repeat(5 * 1024 * 1024) })];
    const audit = await openAudit(path, { ledgers: () => [aLedger(long)] });
    const rule = "x".repeat(1024 * 1024);
    for (let written = 0; written < 21; written += 1) await audit.record(anIntent("a", { rule }));
    const types = await typesIn(path);
    const distances = types.join(" ").split("ledger").slice(1, -1);
    expect(distances).toHaveLength(2);
    for (const distance of distances) expect(distance.trim().split(" ")).toHaveLength(10);
    await audit.close();
  });
});

describe("another process that writes into the audit", () => {
  test("is told of once", async () => {
    const path = await aPath();
    let told = 0;
    const onForeignWriter = (): void => void (told += 1);
    const [ours, theirs] = [await openAudit(path, { onForeignWriter }), await openAudit(path)];
    await ours.record(started);
    await ours.record(anIntent("a"));
    expect(told).toBe(0);
    for (const id of ["b", "c"]) {
      await theirs.record(anIntent(id));
      expect(await ours.record(anOutcome(id))).toBe(true);
      expect(told).toBe(1);
    }
    expect(await typesIn(path)).toEqual(["started", "intent", "intent", "outcome", "intent", "outcome"]);
    await Promise.all([ours.close(), theirs.close()]);
  });

  test("is none where we found the lines, or somebody rotates the file", async () => {
    const path = await aPath();
    await writeFile(path, '{"v":1,"type":"inte');
    let told = 0;
    const audit = await openAudit(path, { onForeignWriter: () => void (told += 1) });
    await audit.record(anIntent("a"));
    await rename(path, `${path}.1`);
    await audit.record(anIntent("b"));
    await truncate(path);
    expect(await audit.record(anIntent("c"))).toBe(true);
    expect(told).toBe(0);
    await audit.close();
  });
});
