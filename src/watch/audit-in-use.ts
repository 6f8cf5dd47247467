import { openAudit, type Audit } from "../act/audit.ts";
import type { LedgerRecord } from "../act/audit-record.ts";
import { orphansIn, type Orphan } from "../act/orphans.ts";
import { auditReads, readAudit, type AuditReads } from "../act/read-audit.ts";
import { unsettledLeashes } from "../act/rebuild-leash.ts";
import type { Leash } from "../decide/leash.ts";
import type { PolicyMode } from "../decide/policy.ts";
import type { Log } from "../log.ts";

/** The audit that the last policy named. */
export type AuditInUse = {
  /** Reads and opens the file, unless it is in use already; `null`: none. Only one that was read is in use: any other is tried again each time. */
  use(auditFile: string | null, mode: PolicyMode): Promise<void>;
  /** `null` where none is configured, or it could not be read. */
  audit(): Audit | null;
  /** Why the configured audit could not be read, in words; `null` where it was, and where none is configured. */
  problem(): string | null;
  close(): Promise<void>;
};

export type AuditInUseOptions = {
  /** The flag `--enforce`. */
  readonly isFlagged: boolean;
  /** Of pgleash. */
  readonly version: string;
  readonly log: Log;
  /** What limits are counted on, of all servers that this process knows. */
  readonly ledgers: () => readonly LedgerRecord[];
  /** Called with what a file tells of each server, before it is written to. */
  readonly learn: (leashes: ReadonlyMap<string, Leash>) => void;
  /** How long reading a file may take; as long as any disk takes that is well unless a test wants less. */
  readonly readPatienceSeconds?: number;
};

/** No file is opened before the first `use`. */
export function createAuditInUse(options: AuditInUseOptions): AuditInUse {
  const { isFlagged, version, log, ledgers, learn } = options;
  let used: string | null = null;
  let problem: string | null = null;
  let audit: Audit | null = null;
  const reads = auditReads(options.readPatienceSeconds);
  return {
    async use(auditFile, mode) {
      if (auditFile === used && problem === null) return;
      await audit?.close();
      [used, problem, audit] = [null, null, null];
      if (auditFile === null) return;
      const isEnforcing = isFlagged && mode === "enforce";
      const read = await readAndTell(auditFile, { log, isEnforcing, reads });
      if ("problem" in read) {
        problem = read.problem;
        return;
      }
      used = auditFile;
      const knowsMore = ledgers().length > 0;
      learn(read.leashes);
      const onForeignWriter = (): void => tellForeignWriter(auditFile, log);
      audit = await openAudit(auditFile, { ledgers, knowsMore, onForeignWriter });
      await audit.record({ type: "started", version, mode });
      for (const orphan of read.orphans) {
        log.warn(orphan, "an act of an earlier process was left open: nobody knows what came of it");
        await audit.record({ type: "orphan", ...orphan });
      }
    },
    audit: () => audit,
    problem: () => problem,
    close: async () => audit?.close(),
  };
}

/** Whoever reads the file at its start counts the acts of both. */
function tellForeignWriter(auditFile: string, log: Log): void {
  const message =
    "another process writes into the audit file: give each pgleash its own, or their limits mix";
  log.warn({ audit_file: auditFile }, message);
}

/** What an audit tells. Its records are many, and out of date with the next one: nobody keeps them. */
type Told = { readonly leashes: ReadonlyMap<string, Leash>; readonly orphans: readonly Orphan[] };

/** A dry run signals nobody, with or without an audit: what it lacks is the record of what it would do. */
async function readAndTell(
  auditFile: string,
  options: { readonly log: Log; readonly isEnforcing: boolean; readonly reads: AuditReads },
): Promise<Told | { readonly problem: string }> {
  const { log, isEnforcing, reads } = options;
  const read = await readAudit(auditFile, reads);
  const fields = { audit_file: auditFile };
  if ("problem" in read && isEnforcing)
    log.error({ ...fields, error: read.problem }, "the audit cannot be read: nobody is ended");
  else if ("problem" in read)
    log.warn(
      { ...fields, error: read.problem },
      "the audit cannot be read: what this dry run would do is not on record",
    );
  else if (read.unreadableLines > 0)
    log.warn({ ...fields, lines: read.unreadableLines }, "the audit holds lines that make no sense");
  if ("problem" in read) return read;
  return { leashes: unsettledLeashes(read.records), orphans: orphansIn(read.records) };
}
