import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";

import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { auditLine } from "../../src/act/audit-line.ts";
import type { LedgerRecord } from "../../src/act/audit-record.ts";
import type { ConfiguredPolicy } from "../../src/config/config.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createEnforcement, type Enforcement } from "../../src/watch/enforcement.ts";
import { aLog } from "../support/a-log.ts";
import { aLeash, anEntry as anotherEntry } from "../support/a-case.ts";
import { aLedger, anEntry, anIntent, anOutcome, aPath, linesOf } from "../support/an-audit.ts";
import { aSuspect } from "../support/a-view.ts";
import { configOf } from "../support/config-text.ts";

function policyWith(auditFile: string | null): ConfiguredPolicy {
  return { ...configOf("").policy, auditFile };
}

function anEnforcement(ledgers: () => readonly LedgerRecord[] = () => []): Enforcement {
  const enforcement = createEnforcement({
    isFlagged: true,
    floors: builtInFloors,
    version: "1.2.3",
    log: aLog().log,
    ledgers,
  });
  onTestFinished(() => enforcement.close());
  return enforcement;
}

/** An audit that cannot be read: a folder. Once it is healed it tells of one act. */
async function anUnreadable(): Promise<{ readonly path: string; readonly heal: () => Promise<void> }> {
  const path = await aPath();
  await mkdir(path);
  return {
    path,
    async heal() {
      await rm(path, { recursive: true });
      const records = [anIntent("a"), anOutcome("a")];
      await writeFile(path, records.map((record) => auditLine(record, new Date())).join(""));
    },
  };
}

test("an audit that could not be read is tried again at the next reload", async () => {
  const { path, heal } = await anUnreadable();
  const enforcement = anEnforcement();
  const broken = await enforcement.configure(policyWith(path));
  expect(broken).toMatchObject({ audit: null, auditProblem: expect.stringContaining("cannot be read") });
  expect((await enforcement.configure(policyWith(path))).auditProblem).not.toBeNull();
  await heal();
  const healed = await enforcement.configure(policyWith(path));
  expect([healed.audit?.isWorking(), healed.auditProblem]).toEqual([true, null]);
  expect((await enforcement.configure(policyWith(path))).audit).toBe(healed.audit);
});

test("another pgleash that writes into the same audit file is told of, once", async () => {
  const path = await aPath();
  const { log, records } = aLog();
  const options = { isFlagged: false, floors: builtInFloors, version: "1.2.3", ledgers: () => [] };
  const enforcements = [log, aLog().log].map((own) => createEnforcement({ ...options, log: own }));
  for (const enforcement of enforcements) {
    onTestFinished(() => enforcement.close());
    const { audit } = await enforcement.configure(policyWith(path));
    await audit?.record(anIntent("a"));
  }
  const [first, second] = enforcements;
  for (const enforcement of [first, second, first]) {
    const settings = await enforcement?.configure(policyWith(path));
    await settings?.audit?.record(anIntent("b"));
  }
  expect(records.filter(({ message }) => message.startsWith("another process"))).toEqual([
    {
      level: "warn",
      message: "another process writes into the audit file: give each pgleash its own, or their limits mix",
      fields: { audit_file: path },
    },
  ]);
});

test.for([
  { isFlagged: true, level: "error", message: "the audit cannot be read: nobody is ended" },
  {
    isFlagged: false,
    level: "warn",
    message: "the audit cannot be read: what this dry run would do is not on record",
  },
])("an audit that cannot be read is told as what it costs: flagged $isFlagged", async (told) => {
  const { log, records } = aLog();
  const { path } = await anUnreadable();
  const { isFlagged, level, message } = told;
  const enforcement = createEnforcement({
    isFlagged,
    floors: builtInFloors,
    version: "1.2.3",
    log,
    ledgers: () => [],
  });
  onTestFinished(() => enforcement.close());
  await enforcement.configure({ ...policyWith(path), mode: "enforce" });
  expect(records[0]).toMatchObject({ level, message, fields: { audit_file: path } });
});

test.for([
  {
    isFlagged: false,
    mode: "enforce",
    told: ["mode: enforce without --enforce at the start: it stays a dry run"],
  },
  {
    isFlagged: true,
    mode: "dry_run",
    told: ["--enforce without mode: enforce in the policy: it stays a dry run"],
  },
  { isFlagged: true, mode: "enforce", told: [] },
  { isFlagged: false, mode: "dry_run", told: [] },
] as const)("one of the two switches alone is told: $isFlagged, $mode", async ({ isFlagged, mode, told }) => {
  const { log, records } = aLog();
  const enforcement = createEnforcement({
    isFlagged,
    floors: builtInFloors,
    version: "1.2.3",
    log,
    ledgers: () => [],
  });
  onTestFinished(() => enforcement.close());
  const { isEnforcing } = await enforcement.configure({ ...policyWith(null), mode });
  expect(records.map(({ message }) => message)).toEqual(told);
  expect(isEnforcing).toBe(isFlagged && mode === "enforce");
});

test("an audit that could not be read is tried again when it is to be opened anew", async () => {
  const { path, heal } = await anUnreadable();
  const enforcement = anEnforcement();
  await enforcement.configure(policyWith(path));
  await heal();
  await enforcement.reopen();
  await rm(path);
  await mkdir(path);
  // It was opened, so it is not read again.
  expect((await enforcement.configure(policyWith(path))).audit).not.toBeNull();
});

test("what a late audit tells is added to what is known, and takes nothing away", async () => {
  const { path, heal } = await anUnreadable();
  const enforcement = anEnforcement();
  await enforcement.configure(policyWith(path));
  await heal();
  await enforcement.configure(policyWith(path));
  const known = aLeash(anotherEntry({ outcome: "terminated" }));
  const { ledger, acted } = enforcement.leashOf("db1", known);
  expect(ledger.entries).toMatchObject([{ atSeconds: 1000, outcome: "terminated" }, ...known.ledger.entries]);
  expect(acted.get(keyOfEpisode(aSuspect()))).toMatchObject({ mode: "enforce", outcome: "terminated" });
  expect(enforcement.leashOf("db2", known).ledger).toEqual(known.ledger);
});

test("E15: another file tells what this process knows, though it is not new; the first one tells it already", async () => {
  const [first, second] = [await aPath(), await aPath()];
  for (const path of [first, second]) await writeFile(path, auditLine(anIntent("a"), new Date()));
  let ledgers: readonly LedgerRecord[] = [];
  const enforcement = anEnforcement(() => ledgers);
  await enforcement.configure(policyWith(first));
  expect((await linesOf(first)).map(({ type }) => type)).toEqual(["intent", "started", "orphan"]);
  // From here on the server is watched.
  enforcement.leashOf("db1");
  ledgers = [aLedger([anEntry({ outcome: "terminated", atSeconds: 2000 })])];
  await enforcement.configure(policyWith(second));
  const [, told] = await linesOf(second);
  expect(told).toMatchObject({ type: "ledger", entries: [{ at_seconds: 1000 }] });
  expect((await linesOf(second)).slice(2)).toMatchObject([
    { type: "ledger", entries: [{ at_seconds: 2000, outcome: "terminated" }] },
    { type: "started" },
    { type: "orphan" },
  ]);
});

test("E21: an act of which a ledger alone tells is reported once, be the server watched or not", async () => {
  const path = await aPath();
  await writeFile(path, auditLine(aLedger([anEntry()]), new Date()));
  const first = anEnforcement();
  await first.configure(policyWith(path));
  expect((await linesOf(path)).map(({ type }) => type)).toEqual(["ledger", "started", "orphan"]);
  await anEnforcement().configure(policyWith(path));
  expect((await linesOf(path)).filter(({ type }) => type === "orphan")).toHaveLength(1);
  // Nobody watches the server, so that the new file begins with what the old one told of it.
  await rename(path, `${path}.1`);
  await first.reopen();
  await anEnforcement().configure(policyWith(path));
  expect(await linesOf(path)).toMatchObject([
    { type: "ledger", entries: [{ at_seconds: 1000, outcome: "failed" }] },
    { type: "started" },
  ]);
});

test("what an audit told of a server is told once: the watch of it knows better from then on", async () => {
  const path = await aPath();
  await writeFile(path, auditLine(anIntent("a"), new Date()));
  const enforcement = anEnforcement();
  await enforcement.configure(policyWith(path));
  expect(enforcement.leashOf("db1").ledger.entries).toMatchObject([{ outcome: "failed" }]);
  expect(enforcement.leashOf("db1").ledger.entries).toEqual([]);
});

test("what an earlier process left open is what this one knows came of it", async () => {
  const path = await aPath();
  await writeFile(path, auditLine(anIntent("a"), new Date()));
  const enforcement = anEnforcement();
  await enforcement.configure(policyWith(path));
  const { ledger, ...rest } = aLeash(anEntry({ outcome: "terminated" }));
  expect(enforcement.leashOf("db1", { ledger, ...rest }).ledger).toEqual(ledger);
});

test("E27: the pause that holds is put on record in the audit that is in use", async () => {
  const [first, second, pauseFile] = [await aPath(), await aPath(), await aPath()];
  const enforcement = anEnforcement();
  await enforcement.configure({ ...policyWith(first), pauseFile });
  const { pause } = await enforcement.configure({ ...policyWith(second), pauseFile });
  await pause?.read(0);
  await writeFile(pauseFile, JSON.stringify({ reason: "release 7" }));
  await pause?.read(0);
  await rm(pauseFile);
  await pause?.read(0);
  const types = (await linesOf(second)).map(({ type }) => type);
  expect(types).toEqual(["started", "paused", "resumed"]);
  expect((await linesOf(first)).map(({ type }) => type)).toEqual(["started"]);
});
