import { open, type FileHandle } from "node:fs/promises";

import { readLine, type ReadRecord } from "./audit-line.ts";
import { auditVersion } from "./audit-record.ts";
import { createFileTurns } from "./file-turns.ts";

/** What the end of an audit file tells. */
export type AuditRead = {
  /** Oldest first. */
  readonly records: readonly ReadRecord[];
  /** Lines that were torn by a crash, damaged, or are not ours. */
  readonly unreadableLines: number;
};

/** The ledgers are repeated every few MiB, so that its end tells all that still counts. */
const LONGEST_READ_BYTES = 16 * 1024 * 1024;

const PATIENCE_SECONDS = 10;

/**
 * Reads the end of the audit file; one that is missing is empty. The problem, in words, is that it cannot be read, or that
 * a newer pgleash wrote it: then nobody knows what was done, and nothing may be done.
 */
export async function readAudit(
  path: string,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<AuditRead | { readonly problem: string }> {
  try {
    const text = await createFileTurns(patienceSeconds).take(() => readEnd(path));
    return recordsIn(text);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return { records: [], unreadableLines: 0 };
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
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

/** Whole lines from the end of the file. */
async function readEnd(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size <= LONGEST_READ_BYTES) return (await bytesOf(file, 0, size)).toString();
    // The byte before tells whether the first line is whole.
    const bytes = await bytesOf(file, size - LONGEST_READ_BYTES - 1, size);
    return bytes.subarray(bytes.indexOf("\n") + 1).toString();
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
