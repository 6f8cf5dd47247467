import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

import { openAudit, type Audit, type AuditOptions } from "../../src/act/audit.ts";
import { actRecord } from "../../src/act/act-record.ts";
import { ledgerRecord } from "../../src/act/ledger-record.ts";
import type { ActRecord, LedgerRecord, OutcomeRecord } from "../../src/act/audit-record.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { LedgerEntry, Outcome } from "../../src/decide/ledger.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { aSuspect } from "./a-view.ts";

/** A folder of this test alone, removed after it. */
export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-audit-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A path in such a folder, at which there is nothing yet. */
export async function aPath(name = "audit.jsonl"): Promise<string> {
  return join(await aFolder(), name);
}

/** An audit of this test alone, closed after it; at a path of its own unless told otherwise. */
export async function anAudit(path?: string, options: AuditOptions = {}): Promise<Audit> {
  const audit = await openAudit(path ?? (await aPath()), options);
  onTestFinished(() => audit.close());
  return audit;
}

/** The lines of a file as values. Throws when one is no JSON. */
export async function linesOf(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
}

/** Somebody was to be terminated at 1,000 s, and nobody knows what came of it. */
export function anEntry(overrides: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    atSeconds: 1000,
    mode: "enforce",
    rule: "forgotten",
    action: "terminate",
    episode: keyOfEpisode(aSuspect()),
    holder: { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" },
    holderSessions: 7,
    applicationSessions: 9,
    outcome: null,
    ...overrides,
  };
}

/** The record of such an act, on the server `db1`. */
export function anIntent(id: string, overrides: Partial<LedgerEntry> = {}): ActRecord {
  const entry = anEntry(overrides);
  const ledger = { ...emptyLeash.ledger, entries: [entry] };
  const episode = aSuspect({ severity: "leaked" });
  return actRecord(entry, { id, server: "db1", episode, leash: { ...emptyLeash, ledger } });
}

/** What became of it. */
export function anOutcome(
  id: string,
  outcome: Outcome = "terminated",
  overrides: Partial<OutcomeRecord> = {},
): OutcomeRecord {
  const { episode } = anEntry();
  return { type: "outcome", id, server: "db1", episode, outcome, detail: null, seconds: 0.01, ...overrides };
}

/** A ledger of the server `db1` with these entries. */
export function aLedger(entries: readonly LedgerEntry[]): LedgerRecord {
  return ledgerRecord("db1", { ...emptyLeash, ledger: { ...emptyLeash.ledger, entries } });
}
