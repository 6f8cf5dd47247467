import { z } from "zod";
import type { Evidence } from "./evidence.ts";

const lockWait = z.object({ pid: z.number(), blocking_pids: z.array(z.number()) });

const preparedTransaction = z.object({
  gid: z.string(),
  prepared_at: z.string(),
  prepared_seconds: z.number(),
  datname: z.string().nullable(),
  usename: z.string().nullable(),
  xid_age: z.number(),
});

const slotHorizon = z.object({ slot_name: z.string(), active: z.boolean(), age: z.number() });

const connectionLimit = z.object({
  scope: z.enum(["database", "role"]),
  name: z.string(),
  connection_limit: z.number(),
});

const sessionEndings = z.object({
  datname: z.string(),
  killed: z.number(),
  abandoned: z.number(),
  fatal: z.number(),
});

const evidenceRow = z.object({
  taken_at_seconds: z.number(),
  lock_waits: z.array(lockWait),
  prepared_transactions: z.array(preparedTransaction),
  prepared_total: z.number(),
  slot_horizons: z.array(slotHorizon),
  connection_limits: z.array(connectionLimit),
  session_endings: z.array(sessionEndings),
  advisory_lock_pids: z.array(z.number()),
});

/** What the server answered; what it was asked, only the asker knows. */
export type EvidenceAnswer = Omit<Evidence, "askedIdlePids">;

/** The row of `evidenceStatement`. Untrusted data enters here; throws a ZodError when it has another shape. */
export function toEvidence(row: unknown): EvidenceAnswer {
  const evidence = evidenceRow.parse(row);
  return {
    takenAtSeconds: evidence.taken_at_seconds,
    lockWaits: evidence.lock_waits.map((wait) => ({ pid: wait.pid, blockingPids: wait.blocking_pids })),
    preparedTransactions: evidence.prepared_transactions.map((prepared) => ({
      gid: prepared.gid,
      preparedAt: prepared.prepared_at,
      preparedSeconds: prepared.prepared_seconds,
      datname: prepared.datname,
      usename: prepared.usename,
      xidAge: prepared.xid_age,
    })),
    preparedCut: evidence.prepared_total - evidence.prepared_transactions.length,
    slotHorizons: evidence.slot_horizons.map((slot) => ({
      slotName: slot.slot_name,
      active: slot.active,
      age: slot.age,
    })),
    connectionLimits: evidence.connection_limits.map((limit) => ({
      scope: limit.scope,
      name: limit.name,
      limit: limit.connection_limit,
    })),
    sessionEndings: evidence.session_endings,
    advisoryLockPids: evidence.advisory_lock_pids,
  };
}
