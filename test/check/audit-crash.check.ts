import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import type { ReadRecord } from "../../src/act/audit-line.ts";
import { orphansIn } from "../../src/act/orphans.ts";
import { readAudit } from "../../src/act/read-audit.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import type { Leash } from "../../src/decide/leash.ts";
import { aPath } from "../support/an-audit.ts";
import { aLeaked } from "../support/a-case.ts";

const CRASHES = 200;
const writer = fileURLToPath(new URL("../support/audit-writer.mjs", import.meta.url));

/** What the processes were told to be on the disk, over all their lives. */
type Acknowledged = {
  readonly intents: Set<string>;
  readonly outcomes: Set<string>;
  readonly orphans: string[];
};

/** `rotateAfter` so many words the test moves the file away at some moment, `moveAfter` the writer itself at that very one. */
type Life = { readonly words: number; readonly rotateAfter?: number; readonly moveAfter?: number };

/**
 * One life: it is killed as soon as it has said so many words. Nobody can tell where it is by then. Where its file is moved
 * away, no word counts before it has begun a new one: until then it may have read nothing of the move.
 */
async function liveAndCrash(
  path: string,
  { words, rotateAfter, moveAfter }: Life,
  { intents, outcomes, orphans }: Acknowledged,
): Promise<void> {
  const child = spawn(process.execPath, [writer, path, JSON.stringify(aLeaked()), `${moveAfter}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  let said = 0;
  for await (const line of createInterface(child.stdout)) {
    const [word = "", id = ""] = line.split(" ");
    if (word === "intent") intents.add(id);
    if (word === "outcome") outcomes.add(id);
    if (word === "orphan") orphans.push(id);
    if (said === rotateAfter && !hasBegun(path)) continue;
    said += 1;
    if (said === rotateAfter) renameSync(path, `${path}.1`);
    if (said === words) child.kill("SIGKILL");
  }
  const [code, signal]: unknown[] = await closed;
  expect([code, signal]).toEqual([null, "SIGKILL"]);
}

function hasBegun(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

async function read(path: string): Promise<readonly ReadRecord[]> {
  const found = await readAudit(path);
  if ("problem" in found) throw new Error(found.problem);
  return found.records;
}

function knownTo(records: readonly ReadRecord[]): Leash {
  return rebuildLeash(records, "main");
}

/** What the limit of an hour counts. */
function actsOfTheHour({ ledger }: Leash): number {
  const from = Date.now() / 1000 - 3600;
  return ledger.entries.filter(({ atSeconds, outcome }) => atSeconds > from && outcome !== "moved_on").length;
}

function upTo(most: number): number {
  return 1 + Math.floor(Math.random() * most);
}

test("E21: 200 crashes at any point lose no intent, report each orphan once, and give no act back to the budget", async () => {
  const path = await aPath();
  const acknowledged: Acknowledged = { intents: new Set(), outcomes: new Set(), orphans: [] };
  const { intents, outcomes, orphans } = acknowledged;
  for (let crash = 0; crash < CRASHES; crash += 1) {
    await liveAndCrash(path, { words: upTo(30) }, acknowledged);
    const known = knownTo(await read(path));
    expect(actsOfTheHour(known)).toBeGreaterThanOrEqual(intents.size);
  }
  // What the next start would report belongs to them.
  const records = await read(path);
  orphans.push(...orphansIn(records).map(({ id }) => id));

  const written = new Set(records.flatMap((record) => (record.type === "act" ? [record.id] : [])));
  expect([...intents].filter((id) => !written.has(id))).toEqual([]);
  const settled = new Set(records.flatMap((record) => (record.type === "outcome" ? [record.id] : [])));
  expect([...outcomes].filter((id) => !settled.has(id))).toEqual([]);
  expect(orphans.toSorted()).toEqual([...written].filter((id) => !settled.has(id)).toSorted());
  expect(new Set(orphans).size).toBe(orphans.length);
  // Each episode was acted on once, and the next process knows what came of it.
  const { acted } = knownTo(records);
  const byOutcome = [...acted.values()].map(({ attempts, outcome }) => `${attempts} ${outcome}`);
  expect(byOutcome.filter((one) => one === "1 terminated").length).toBe(settled.size);
  expect(byOutcome.filter((one) => one === "1 failed").length).toBe(orphans.length);
  expect(acted.size).toBe(written.size);
  process.stdout.write(
    `${CRASHES} crashes: ${intents.size} intents acknowledged, ${written.size} on record, ${orphans.length} orphans\n`,
  );
  // Otherwise no crash fell between intent and outcome, and nothing was shown.
  expect(orphans.length).toBeGreaterThan(CRASHES / 20);
}, 600_000);

test("E15: rotations and crashes together give no act back to the budget: nobody reads the old files again", async () => {
  const path = await aPath();
  const acknowledged: Acknowledged = { intents: new Set(), outcomes: new Set(), orphans: [] };
  for (let crash = 0; crash < 20; crash += 1) {
    // The file is moved away in the middle of a life; its writer notices with the next record or the one after it.
    const rotateAfter = upTo(20);
    await liveAndCrash(path, { words: rotateAfter + upTo(10), rotateAfter }, acknowledged);
    const records = await read(path);
    expect(actsOfTheHour(knownTo(records))).toBeGreaterThanOrEqual(acknowledged.intents.size);
    expect(records[0]?.type).toBe("ledger");
  }
}, 600_000);

test("E15: nor does a rotation at any moment of a look, be it between an intent and its outcome", async () => {
  for (let moveAfter = 2; moveAfter <= 12; moveAfter += 1) {
    const path = await aPath();
    const acknowledged: Acknowledged = { intents: new Set(), outcomes: new Set(), orphans: [] };
    await liveAndCrash(path, { words: moveAfter + 1, moveAfter }, acknowledged);
    const known = knownTo(await read(path));
    const { ledger, acted } = known;
    expect(actsOfTheHour(known)).toBeGreaterThanOrEqual(acknowledged.intents.size);
    // Of one intent on record no word may have been said. What the plan still held is not taken for done.
    expect(ledger.entries.length).toBeLessThanOrEqual(acknowledged.intents.size + 1);
    expect(acted.size).toBe(ledger.entries.length);
    const terminated = ledger.entries.filter(({ outcome }) => outcome === "terminated");
    expect(terminated.length).toBeGreaterThanOrEqual(acknowledged.outcomes.size);
  }
}, 600_000);

test("E22: a disk that takes only a part of a record has not taken it", async () => {
  const path = await aPath();
  // A file may grow to 16 blocks, and what is beyond is cut off: so a disk that is full meets most writers.
  const limited = 'ulimit -f 16 && exec "$0" "$@"';
  const child = spawn("sh", ["-c", limited, process.execPath, writer, path, JSON.stringify(aLeaked())]);
  const acknowledged = text(child.stdout);
  const [said, complaint] = await Promise.all([acknowledged, text(child.stderr), once(child, "close")]);
  expect(complaint).toContain("the audit does not work: the disk took only a part of a record");
  const intents = said.split("\n").filter((line) => line.startsWith("intent "));
  expect(intents.length).toBeGreaterThan(0);
  const onRecord = (await read(path)).flatMap((record) =>
    record.type === "act" ? [`intent ${record.id}`] : [],
  );
  expect(onRecord).toEqual(intents);
});
