import type { LedgerRecord } from "../act/audit-record.ts";
import { ledgerRecord } from "../act/ledger-record.ts";
import { watchPauseFile, type PauseWatch } from "../act/pause-file.ts";
import { recordedPauses } from "../act/recorded-pauses.ts";
import { joinedLeash, settledLeash } from "../act/rebuild-leash.ts";
import type { ConfiguredPolicy } from "../config/config.ts";
import { emptyLeash, type Leash } from "../decide/leash.ts";
import { reachOf, type Floors } from "../decide/policy.ts";
import type { Log } from "../log.ts";
import { createAuditInUse } from "./audit-in-use.ts";
import type { LeashSettings } from "./leashing.ts";
import { lastSeconds, stillOfUse, withLeash, type Unwatched } from "./unwatched.ts";

/** What it takes to end sessions, for all servers of this process: the policy, its two switches, the audit, the pause. */
export type Enforcement = {
  /** Takes over a policy, and opens the files that it names. */
  configure(policy: ConfiguredPolicy): Promise<LeashSettings>;
  /**
   * What is known of a server from an earlier process, or from when this one watched it before, beside what the watch of
   * it knows already. Only once: from then on the watch knows.
   */
  leashOf(server: string, known?: Leash): Leash;
  /** What the watches knew of servers that are watched no more. To be called, be there any or not, once all others have theirs. */
  keep(leashes: ReadonlyMap<string, Leash>): void;
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
  /** What limits are counted on, of all servers that are watched. */
  readonly ledgers: () => readonly LedgerRecord[];
};

/** No file is opened before the first policy. */
export function createEnforcement(options: EnforcementOptions): Enforcement {
  const { isFlagged, floors } = options;
  let last: ConfiguredPolicy | null = null;
  let unwatched: Unwatched = new Map();
  let pause: { readonly path: string; readonly watch: PauseWatch } | null = null;

  const inUse = createAuditInUse({
    ...options,
    ledgers: () => [
      // What an earlier process left open is reported once: a new file must not tell of it as open again.
      ...[...unwatched].map(([server, { leash }]) => ledgerRecord(server, settledLeash(leash))),
      ...options.ledgers(),
    ],
    learn(leashes) {
      for (const [server, leash] of leashes)
        unwatched = withLeash(unwatched, server, leash, lastSeconds(leash));
    },
  });

  function usePause({ pauseFile }: ConfiguredPolicy): PauseWatch | null {
    if (pauseFile === null) pause = null;
    else if (pause?.path !== pauseFile)
      pause = { path: pauseFile, watch: recordedPauses(watchPauseFile(pauseFile), () => inUse.audit()) };
    return pause?.watch ?? null;
  }

  return {
    async configure(policy) {
      last = policy;
      await inUse.use(policy.auditFile, policy.mode);
      tellSwitches(policy, options);
      return {
        policy,
        floors,
        isEnforcing: policy.mode === "enforce" && isFlagged,
        audit: inUse.audit(),
        auditProblem: inUse.problem(),
        pause: usePause(policy),
      };
    },
    leashOf(server, known = emptyLeash) {
      const { leash } = unwatched.get(server) ?? { leash: emptyLeash };
      unwatched = new Map([...unwatched].filter(([name]) => name !== server));
      return { ...settledLeash(joinedLeash(leash, known)), announcements: known.announcements };
    },
    keep(leashes) {
      const nowSeconds = Date.now() / 1000;
      for (const [server, leash] of leashes) unwatched = withLeash(unwatched, server, leash, nowSeconds);
      if (last !== null) unwatched = stillOfUse(unwatched, { nowSeconds, reachSeconds: reachOf(last) });
    },
    async reopen() {
      const audit = inUse.audit();
      if (audit !== null) await audit.reopen();
      else if (last !== null) await inUse.use(last.auditFile, last.mode);
    },
    close: () => inUse.close(),
  };
}

/** One switch alone is likely a mistake. */
function tellSwitches({ mode }: ConfiguredPolicy, { isFlagged, log }: EnforcementOptions): void {
  if (mode === "enforce" && !isFlagged)
    log.warn({}, "mode: enforce without --enforce at the start: it stays a dry run");
  if (mode === "dry_run" && isFlagged)
    log.warn({}, "--enforce without mode: enforce in the policy: it stays a dry run");
}
