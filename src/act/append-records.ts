import type { AuditFile } from "./audit-file.ts";
import { auditLine } from "./audit-line.ts";
import type { AuditRecord } from "./audit-record.ts";

/** Appends these records in one write, flushed once. Resolves with how many bytes they are; rejects as the file does. */
export async function appendRecords(file: AuditFile, records: readonly AuditRecord[]): Promise<number> {
  if (records.length === 0) return 0;
  const now = new Date();
  return file.append(records.map((record) => auditLine(record, now)).join(""));
}
