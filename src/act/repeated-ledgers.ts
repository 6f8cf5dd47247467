import { appendRecords } from "./append-records.ts";
import type { AuditFile } from "./audit-file.ts";
import type { LedgerRecord } from "./audit-record.ts";

/** Sees to it that an audit file tells, not far from its end, what limits are counted on. */
export type RepeatedLedgers = {
  /** A file was opened in which they stand nobody knows how far back; `areMissing`: perhaps nowhere. */
  opened(file: AuditFile, areMissing: boolean): void;
  /** So much else was appended since. */
  passed(bytes: number): void;
  /** Appends them if it is time. Rejects as the file does; they then stay due. */
  appendDue(file: AuditFile): Promise<void>;
};

/** The reader begins with the last 16 MiB: in each of them the ledgers stand a few times, unless they are very long themselves. */
const EVERY_BYTES = 4 * 1024 * 1024;

/** Long ledgers stand further apart, so that they never become most of what is written. */
export function createRepeatedLedgers(ledgers: () => readonly LedgerRecord[]): RepeatedLedgers {
  let areDue = false;
  let lengthBytes = 0;
  let sinceBytes = 0;
  return {
    opened(file, areMissing) {
      areDue = areMissing;
      sinceBytes = file.lengthBytes;
    },
    passed(bytes) {
      sinceBytes += bytes;
    },
    async appendDue(file) {
      if (!areDue && sinceBytes < Math.max(EVERY_BYTES, 2 * lengthBytes)) return;
      const records = ledgers();
      if (records.length === 0) return;
      const parts = records.length;
      lengthBytes = await appendRecords(
        file,
        records.map((record, index) => ({ ...record, part: index + 1, parts })),
      );
      [areDue, sinceBytes] = [false, 0];
    },
  };
}
