import { open, type FileHandle } from "node:fs/promises";

import { readLine, type ReadRecord } from "./audit-line.ts";
import { auditVersion } from "./audit-record.ts";
import { createFileTurns, type FileTurns } from "../file-turns.ts";

/** What the end of an audit file tells. */
export type AuditRead = {
  /** Oldest first. */
  readonly records: readonly ReadRecord[];
  /** Lines that were torn by a crash, damaged, or are not ours. */
  readonly unreadableLines: number;
};

/** The ledgers are repeated every few MiB, so that mostly its end tells all that still counts. */
const FIRST_READ_BYTES = 16 * 1024 * 1024;

/**
 * Those that are long themselves stand further apart, by twice their length: in any four lengths there is a whole one, also
 * where a crash has cut off the last. A full ledger of the longest names takes some 20 MiB (`MOST_ENTRIES`), a usual one 6.
 */
const LONGEST_READ_BYTES = 16 * FIRST_READ_BYTES;

/** The turns to read each audit file. Whoever reads one again takes the same: while a read of it hangs, no other is begun. */
export type AuditReads = (path: string) => FileTurns;

export function auditReads(patienceSeconds = PATIENCE_SECONDS): AuditReads {
  const turnsOf = new Map<string, FileTurns>();
  return (path) => {
    const turns = turnsOf.get(path) ?? createFileTurns(patienceSeconds);
    turnsOf.set(path, turns);
    return turns;
  };
}

const PATIENCE_SECONDS = 10;

const TORN_HEAD =
  "its first lines are torn or missing, and no ledger stands behind them: the acts that limits count may be lost. " +
  "Once it is moved away, limits begin anew";

/**
 * Reads the end of the audit file, as far back as the ledgers were repeated; one that is missing is empty. The problem, in
 * words, is that it cannot be read, that it does not tell, or that a newer pgleash wrote it: then nobody knows what was done,
 * and nothing may be done.
 */
export async function readAudit(
  path: string,
  reads: AuditReads = auditReads(),
): Promise<AuditRead | { readonly problem: string }> {
  try {
    for (let bytes = FIRST_READ_BYTES; bytes <= LONGEST_READ_BYTES; bytes *= 2) {
      const end = await reads(path).take(() => readEnd(path, bytes));
      const read = recordsIn(end.text);
      if ("problem" in read || holdLedgers(read.records)) return read;
      if (end.isWhole) return isHeadTorn(end.text) ? { problem: TORN_HEAD } : read;
    }
    return { problem: `no ledger is in its last ${LONGEST_READ_BYTES} bytes: is it an audit of pgleash?` };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return { records: [], unreadableLines: 0 };
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * Whether a whole file without whole ledgers may have lacked them from the start. One that was begun by a rotation has them at
 * its head, and a crash in just that moment leaves them torn: whoever believed it would forget the acts of the last hour.
 */
function isHeadTorn(text: string): boolean {
  const head = text.split("\n").find((line) => line !== "");
  if (head === undefined) return false;
  const read = readLine(head);
  return read.type === "unreadable" || (read.type === "record" && read.record.type === "ledger");
}

/** Whether ledgers that were repeated together are all there: then nothing that counts lies before them. */
function holdLedgers(records: readonly ReadRecord[]): boolean {
  return records.some((record, index) => {
    if (record.type !== "ledger") return false;
    const { part = 1, parts = 1 } = record;
    const together = records.slice(Math.max(0, index + 1 - parts), index + 1);
    return part === parts && together.every((one, at) => one.type === "ledger" && (one.part ?? 1) === at + 1);
  });
}

function recordsIn(text: string): AuditRead | { readonly problem: string } {
  const records: ReadRecord[] = [];
  let unreadableLines = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const read = readLine(line);
    if (read.type === "newer")
      return {
        problem: `a newer pgleash wrote it: version ${read.version} of the record, and this one knows ${auditVersion}`,
      };
    if (read.type === "record") records.push(read.record);
    if (read.type === "unreadable") unreadableLines += 1;
  }
  return { records, unreadableLines };
}

/** Whole lines from the end of the file, of at most so many bytes; and whether it is the whole file. */
async function readEnd(
  path: string,
  longestBytes: number,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size <= longestBytes) return { text: (await bytesOf(file, 0, size)).toString(), isWhole: true };
    // The byte before tells whether the first line is whole.
    const bytes = await bytesOf(file, size - longestBytes - 1, size);
    return { text: bytes.subarray(bytes.indexOf("\n") + 1).toString(), isWhole: false };
  } finally {
    await file.close();
  }
}

async function bytesOf(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
