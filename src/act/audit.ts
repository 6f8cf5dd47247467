import { appendRecords } from "./append-records.ts";
import { openAuditFile, type AuditFile } from "./audit-file.ts";
import type { AuditRecord, LedgerRecord } from "./audit-record.ts";
import { createFileTurns } from "../file-turns.ts";
import { createRepeatedLedgers } from "./repeated-ledgers.ts";

/** The record of what was done. Nothing here throws: a disk that fails must not end the watch. */
export type Audit = {
  /**
   * Appends one record. Resolves with whether it is on the disk; if not, nobody may rely on it. What closes an intent is
   * then kept, and written as soon as the disk takes it.
   */
  record(record: AuditRecord): Promise<boolean>;
  /** Appends all of these in one write, flushed once: many cost the disk no more than one. None is no write. */
  recordAll(records: readonly AuditRecord[]): Promise<boolean>;
  /** Whether the last write succeeded. While it did not, nothing is to be done that must be on record. */
  isWorking(): boolean;
  /** What is wrong, in words; `null` while it works. */
  failure(): string | null;
  /** Once it fails: tries again, and notes the gap. To be called at each look, as nothing else may write meanwhile. */
  recover(): Promise<boolean>;
  /** Opens the file at the path anew, for whoever rotates it. Resolves with whether that succeeded. */
  reopen(): Promise<boolean>;
  close(): Promise<void>;
};

export type AuditOptions = {
  /** How long a write may take, in seconds. */
  readonly patienceSeconds?: number;
  /** What each new file begins with, so that no rotation makes the limits forget; and what a long one repeats. */
  readonly ledgers?: () => readonly LedgerRecord[];
  /** Whether this process knows ledgers that a file need not hold because it exists: of another audit, or of a time without any. */
  readonly knowsMore?: boolean;
  /** Called once, when another process is found to write into the same file: then each counts the acts of both. */
  readonly onForeignWriter?: () => void;
};

/** Longer than any disk takes that is well, shorter than people wait. */
const PATIENCE_SECONDS = 5;

/** At most one act is under way at each server, and none is begun while the audit fails: nobody watches so many. */
const MOST_KEPT = 1000;

/** Since when records are missing, why, and how many; `kept` are those that are only late. */
type Gap = {
  readonly since: Date;
  readonly why: string;
  readonly lost: number;
  readonly kept: readonly AuditRecord[];
};

/** Opens the audit file for appending, or creates it. If that fails, the audit is not working. */
export async function openAudit(path: string, options: AuditOptions = {}): Promise<Audit> {
  const { patienceSeconds = PATIENCE_SECONDS, ledgers = () => [], knowsMore = false } = options;
  const turns = createFileTurns(patienceSeconds);
  const repeated = createRepeatedLedgers(ledgers);
  let file: AuditFile | null = null;
  let mayLackLedgers = knowsMore;
  let gap: Gap | null = null;
  let isShared = false;

  function noteForeignWriter(): void {
    if (!isShared) options.onForeignWriter?.();
    isShared = true;
  }

  async function drop(): Promise<void> {
    const dropped = file;
    file = null;
    await dropped?.close().catch(() => undefined); // it is left either way
  }

  async function fileInPlace(): Promise<AuditFile> {
    if (file !== null && (await file.isInPlace())) return file;
    await drop();
    file = await openAuditFile(path, noteForeignWriter);
    // At the start a file that exists holds them already. Later on nobody knows whether it is still the same one.
    repeated.opened(file, file.isNew || mayLackLedgers);
    mayLackLedgers = true;
    return file;
  }

  /** Appends what is due, and then the records. After a failure nobody knows how the file ends, so it is opened anew. */
  async function write(records: readonly AuditRecord[]): Promise<void> {
    const noted = gap;
    try {
      const current = await fileInPlace();
      await repeated.appendDue(current);
      repeated.passed(await appendRecords(current, [...gapRecords(noted), ...records]));
    } catch (error) {
      await drop();
      throw error;
    }
    if (gap === noted) gap = null;
  }

  async function attempt(operation: () => Promise<void>, records: readonly AuditRecord[]): Promise<boolean> {
    try {
      await turns.take(operation);
      return true;
    } catch (error) {
      gap = withMissing(gap, records, error);
      return false;
    }
  }

  await attempt(() => write([]), []);
  return {
    record: (record) => attempt(() => write([record]), [record]),
    recordAll: async (records) => records.length === 0 || (await attempt(() => write(records), records)),
    isWorking: () => gap === null,
    failure: () => gap?.why ?? null,
    recover: async () => gap === null || (await attempt(() => write([]), [])),
    reopen: () => attempt(() => drop().then(() => write([])), []),
    async close() {
      // The last chance for what the disk refused: the next process would take it for acts that nobody saw the end of.
      if (gap !== null) await attempt(() => write([]), []);
      await turns.take(drop).catch(() => undefined);
    },
  };
}

/** An intent without its end would be an orphan for the next process, though this one knows what came of it. */
function withMissing(gap: Gap | null, records: readonly AuditRecord[], error: unknown): Gap {
  const why = error instanceof Error ? error.message : String(error);
  const { since, lost, kept } = gap ?? { since: new Date(), lost: 0, kept: [] };
  const late = [...kept, ...records.filter(({ type }) => type === "outcome" || type === "called_off")];
  const keep = late.slice(0, MOST_KEPT);
  return { since, why, lost: lost + kept.length + records.length - keep.length, kept: keep };
}

function gapRecords(gap: Gap | null): readonly AuditRecord[] {
  if (gap === null) return [];
  const { since, why, lost, kept } = gap;
  return [{ type: "gap", lost, since: since.toISOString(), why }, ...kept];
}
