import { mkdir, rm, writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";

import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { auditLine } from "../../src/act/audit-line.ts";
import type { ConfiguredPolicy } from "../../src/config/config.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createEnforcement, type Enforcement } from "../../src/watch/enforcement.ts";
import { aLog } from "../support/a-log.ts";
import { aLeash, anEntry as anotherEntry } from "../support/a-case.ts";
import { anIntent, anOutcome, aPath } from "../support/an-audit.ts";
import { aSuspect } from "../support/a-view.ts";
import { configOf } from "../support/config-text.ts";

function policyWith(auditFile: string | null): ConfiguredPolicy {
  return { ...configOf("").policy, auditFile };
}

function anEnforcement(): Enforcement {
  const enforcement = createEnforcement({
    isFlagged: true,
    floors: builtInFloors,
    version: "1.2.3",
    log: aLog().log,
    ledgers: () => [],
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
