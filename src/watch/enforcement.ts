import { openAudit, type Audit } from "../act/audit.ts";
import type { ReadRecord } from "../act/audit-line.ts";
import type { LedgerRecord } from "../act/audit-record.ts";
import { orphansIn } from "../act/orphans.ts";
import { watchPauseFile, type PauseWatch } from "../act/pause-file.ts";
import { readAudit } from "../act/read-audit.ts";
import { rebuildLeash } from "../act/rebuild-leash.ts";
import type { ConfiguredPolicy } from "../config/config.ts";
import type { Leash } from "../decide/leash.ts";
import type { Log } from "../log.ts";
import type { LeashSettings } from "./leashing.ts";

/** What it takes to end sessions, for all servers of this process: the policy, its two switches, the audit, the pause. */
export type Enforcement = {
  /** Takes over a policy, and opens the files that it names. */
  configure(policy: ConfiguredPolicy): Promise<LeashSettings>;
  /** What an earlier process left of a server. */
  leashOf(server: string): Leash;
  /** Opens the audit anew, for whoever rotates it. */
  reopen(): Promise<void>;
  close(): Promise<void>;
};

export type EnforcementOptions = {
  /** The flag `--enforce`. */
  readonly isFlagged: boolean;
  /** Of pgleash. */
  readonly version: string;
  readonly log: Log;
  /** What limits are counted on, of all servers. */
  readonly ledgers: () => readonly LedgerRecord[];
};

/** No file is opened before the first policy. */
export function createEnforcement({ isFlagged, version, log, ledgers }: EnforcementOptions): Enforcement {
  let path: string | null = null;
  let audit: Audit | null = null;
  let records: readonly ReadRecord[] = [];
  let pause: { readonly path: string; readonly watch: PauseWatch } | null = null;

  async function useAudit({ auditFile, mode }: ConfiguredPolicy): Promise<void> {
    if (auditFile === path) return;
    await audit?.close();
    [path, audit, records] = [auditFile, null, []];
    if (auditFile === null) return;
    const read = await readAudit(auditFile);
    if ("problem" in read) {
      log.error({ audit_file: auditFile, error: read.problem }, "the audit cannot be read: nobody is ended");
      return;
    }
    if (read.unreadableLines > 0)
      log.warn(
        { audit_file: auditFile, lines: read.unreadableLines },
        "the audit holds lines that make no sense",
      );
    records = read.records;
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
      await useAudit(policy);
      if (policy.mode === "enforce" && !isFlagged)
        log.warn({}, "mode: enforce without --enforce at the start: it stays a dry run");
      return { policy, isEnforcing: policy.mode === "enforce" && isFlagged, audit, pause: usePause(policy) };
    },
    leashOf: (server) => rebuildLeash(records, server),
    async reopen() {
      await audit?.reopen();
    },
    async close() {
      await audit?.close();
    },
  };
}
