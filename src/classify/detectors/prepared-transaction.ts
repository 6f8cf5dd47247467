import type { Evidence, PreparedTransaction } from "../../observe/evidence.ts";
import { trueAge, type ClockJumpAgo } from "../clock-jump.ts";
import type { EpisodeEnd } from "../episode.ts";
import { severityAt, type Finding } from "../finding.ts";
import type { Harm } from "../harm.ts";
import { thresholdFor, type Threshold, type ThresholdRules } from "../thresholds.ts";

/** How a prepared transaction is judged. */
export type PreparedSurroundings = {
  readonly rules: ThresholdRules;
  /** Sessions that wait for some prepared transaction. PostgreSQL does not say for which. */
  readonly blockedSessions: number;
  /** The jumps of the server's clock by which an age may be too high, the oldest first. */
  readonly clockJumps: readonly ClockJumpAgo[];
};

/**
 * A transaction prepared for two-phase commit that nobody commits or rolls back: its coordinator is gone. It has no
 * session, survives a restart, and holds its locks and the horizon for ever. The evidence must have the ages of this look.
 */
export function findPreparedTransactions(
  evidence: Evidence | null,
  { rules, blockedSessions, clockJumps }: PreparedSurroundings,
): readonly Finding[] {
  const all = evidence?.preparedTransactions ?? [];
  return all.flatMap((prepared): readonly Finding[] => {
    const ageSeconds = trueAge(prepared.preparedSeconds, clockJumps);
    const severity = severityAt(ageSeconds, preparedThreshold(rules, prepared));
    if (severity === null) return [];
    const harm = harmOfPrepared(prepared, all.length === 1 ? blockedSessions : 0);
    return [
      {
        subject: { kind: "prepared_transaction", prepared },
        subjectKey: prepared.gid,
        period: prepared.preparedAt,
        opens: true,
        findings: {
          severity,
          ageSeconds,
          harm,
          commentKeys: new Map(),
          hasCurrentKeys: true,
          expectation: null,
          mayDeclare: false,
          redactedStatement: null,
        },
      },
    ];
  });
}

/**
 * How its episode has ended; `null` while it is prepared, or nobody looked. A list that was cut holds the oldest: one that
 * is missing among them is gone, and of one past them nobody knows.
 */
export function endOfPrepared(prepared: PreparedTransaction, evidence: Evidence | null): EpisodeEnd | null {
  if (evidence === null) return null;
  const all = evidence.preparedTransactions;
  const { gid, preparedAt } = prepared;
  if (all.some((other) => other.gid === gid && other.preparedAt === preparedAt)) return null;
  const isAmongThem = evidence.cut.prepared_transactions === 0 || preparedAt < (all.at(-1)?.preparedAt ?? "");
  return isAmongThem ? "vanished" : "lost_sight";
}

function preparedThreshold(rules: ThresholdRules, { datname, usename }: PreparedTransaction): Threshold {
  const seen = { datname, usename, applicationName: null, clientAddr: null, queryId: null };
  return thresholdFor(rules, { ...seen, state: "unknown" }, "prepared_transaction");
}

/** It always has a transaction id, and so holds the horizon. */
function harmOfPrepared({ xidAge }: PreparedTransaction, blockedSessions: number): Harm {
  const level = blockedSessions > 0 ? "blocking" : "vacuum";
  return { level, blockedSessions, horizonAge: xidAge, workAtRiskSeconds: null };
}
