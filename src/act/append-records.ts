import type { AuditFile } from "./audit-file.ts";
import { auditLine } from "./audit-line.ts";
import type { AuditRecord } from "./audit-record.ts";

/** Appends these records, each flushed before the next. Resolves with how many bytes they are; rejects as the file does. */
export async function appendRecords(file: AuditFile, records: readonly AuditRecord[]): Promise<number> {
  let bytes = 0;
  for (const record of records) bytes += await file.append(auditLine(record, new Date()));
  return bytes;
}
