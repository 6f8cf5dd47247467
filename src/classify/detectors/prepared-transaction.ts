import type { Evidence, PreparedTransaction } from "../../observe/evidence.ts";
import { severityAt, type Finding } from "../finding.ts";
import type { Harm } from "../harm.ts";
import { thresholdFor, type Threshold, type ThresholdRules } from "../thresholds.ts";

/** How a prepared transaction is judged. */
export type PreparedSurroundings = {
  readonly nowSeconds: number;
  readonly rules: ThresholdRules;
  /** Sessions that wait for some prepared transaction. PostgreSQL does not say for which. */
  readonly blockedSessions: number;
};

/**
 * A transaction prepared for two-phase commit that nobody commits or rolls back: its coordinator is gone. It has no
 * session, survives a restart, and holds its locks and the horizon for ever.
 */
export function findPreparedTransactions(
  evidence: Evidence | null,
  { nowSeconds, rules, blockedSessions }: PreparedSurroundings,
): readonly Finding[] {
  const all = evidence?.preparedTransactions ?? [];
  return all.flatMap((prepared): readonly Finding[] => {
    const ageSeconds = prepared.preparedSeconds + nowSeconds - (evidence?.takenAtSeconds ?? nowSeconds);
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
          redactedStatement: null,
        },
      },
    ];
  });
}

/** Whether the transaction is still prepared, as far as anybody can tell: it may be among those that were cut. */
export function isStillPrepared(prepared: PreparedTransaction, evidence: Evidence | null): boolean {
  if (evidence === null || evidence.preparedCut > 0) return true;
  return evidence.preparedTransactions.some(
    ({ gid, preparedAt }) => gid === prepared.gid && preparedAt === prepared.preparedAt,
  );
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
