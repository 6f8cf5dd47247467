import { openAudit, type Audit } from "../act/audit.ts";
import type { ReadRecord } from "../act/audit-line.ts";
import type { LedgerRecord } from "../act/audit-record.ts";
import { orphansIn } from "../act/orphans.ts";
import { watchPauseFile, type PauseWatch } from "../act/pause-file.ts";
import { readAudit, type AuditRead } from "../act/read-audit.ts";
import { rebuildLeash } from "../act/rebuild-leash.ts";
import type { ConfiguredPolicy } from "../config/config.ts";
import { emptyLeash, type Leash } from "../decide/leash.ts";
import type { Floors, PolicyMode } from "../decide/policy.ts";
import type { Log } from "../log.ts";
import type { LeashSettings } from "./leashing.ts";

/** What it takes to end sessions, for all servers of this process: the policy, its two switches, the audit, the pause. */
export type Enforcement = {
  /** Takes over a policy, and opens the files that it names. */
  configure(policy: ConfiguredPolicy): Promise<LeashSettings>;
  /** What an earlier process left of a server, with what this one knows of it already. */
  leashOf(server: string, known?: Leash): Leash;
  /** Opens the audit anew, for whoever rotates it; one that could not be read is tried again, for the next policy. */
  reopen(): Promise<void>;
  close(): Promise<void>;
};

export type EnforcementOptions = {
  /** The flag `--enforce`. */
  readonly isFlagged: boolean;
  /** The youngest age at which sessions may be ended, whatever a policy says. */
  readonly floors: Floors;
  /** Of pgleash. */
  readonly version: string;
  readonly log: Log;
  /** What limits are counted on, of all servers. */
  readonly ledgers: () => readonly LedgerRecord[];
};

/** No file is opened before the first policy. */
export function createEnforcement(options: EnforcementOptions): Enforcement {
  const { isFlagged, floors, version, log, ledgers } = options;
  let used: string | null = null;
  let last: ConfiguredPolicy | null = null;
  let problem: string | null = null;
  let audit: Audit | null = null;
  let records: readonly ReadRecord[] = [];
  let pause: { readonly path: string; readonly watch: PauseWatch } | null = null;

  /** Only an audit that was read is in use: any other is tried again each time. */
  async function useAudit(auditFile: string | null, mode: PolicyMode): Promise<void> {
    if (auditFile === used && problem === null) return;
    await audit?.close();
    [used, problem, audit, records] = [null, null, null, []];
    if (auditFile === null) return;
    const read = await readAndTell(auditFile, { log, isEnforcing: isFlagged && mode === "enforce" });
    if ("problem" in read) {
      problem = read.problem;
      return;
    }
    [used, records] = [auditFile, read.records];
    audit = await openAudit(auditFile, { ledgers });
    await audit.record({ type: "started", version, mode });
    for (const orphan of orphansIn(records)) {
      log.warn(orphan, "an act of an earlier process was left open: nobody knows what came of it");
      await audit.record({ type: "orphan", ...orphan });
    }
  }

  function usePause({ pauseFile }: ConfiguredPolicy): PauseWatch | null {
    if (pauseFile === null) pause = null;
    else if (pause?.path !== pauseFile) pause = { path: pauseFile, watch: watchPauseFile(pauseFile) };
    return pause?.watch ?? null;
  }

  return {
    async configure(policy) {
      last = policy;
      await useAudit(policy.auditFile, policy.mode);
      tellSwitches(policy, options);
      return {
        policy,
        floors,
        isEnforcing: policy.mode === "enforce" && isFlagged,
        audit,
        auditProblem: problem,
        pause: usePause(policy),
      };
    },
    leashOf: (server, known = emptyLeash) => ({
      ...rebuildLeash([...records, { type: "ledger", server, ...known.ledger, acted: known.acted }], server),
      announcements: known.announcements,
    }),
    async reopen() {
      if (audit !== null) await audit.reopen();
      else if (last !== null) await useAudit(last.auditFile, last.mode);
    },
    async close() {
      await audit?.close();
    },
  };
}

/** One switch alone is likely a mistake. */
function tellSwitches({ mode }: ConfiguredPolicy, { isFlagged, log }: EnforcementOptions): void {
  if (mode === "enforce" && !isFlagged)
    log.warn({}, "mode: enforce without --enforce at the start: it stays a dry run");
  if (mode === "dry_run" && isFlagged)
    log.warn({}, "--enforce without mode: enforce in the policy: it stays a dry run");
}

/** A dry run signals nobody, with or without an audit: what it lacks is the record of what it would do. */
async function readAndTell(
  auditFile: string,
  { log, isEnforcing }: { readonly log: Log; readonly isEnforcing: boolean },
): Promise<AuditRead | { readonly problem: string }> {
  const read = await readAudit(auditFile);
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
  return read;
}
