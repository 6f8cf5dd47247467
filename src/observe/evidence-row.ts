import { z } from "zod";
import type { Evidence, EvidenceQuestion } from "./evidence.ts";

/** Of all rows of its list, those past its bound included: the same in each row. */
const total = z.number();

const lockWait = z.object({ pid: z.number(), blocking_pids: z.array(z.number()) });

const preparedTransaction = z.object({
  gid: z.string(),
  prepared_at: z.string(),
  prepared_seconds: z.number(),
  datname: z.string().nullable(),
  usename: z.string().nullable(),
  xid_age: z.number(),
  total,
});

const slotHorizon = z.object({
  slot_name: z.string(),
  active: z.boolean(),
  xmin_age: z.number().nullable(),
  catalog_xmin_age: z.number().nullable(),
  total,
});

const connectionLimit = z.object({
  scope: z.enum(["database", "role"]),
  name: z.string(),
  connection_limit: z.number(),
  total,
});

const sessionEndings = z.object({
  datname: z.string(),
  killed: z.number(),
  abandoned: z.number(),
  fatal: z.number(),
  total,
});

const evidenceRow = z.object({
  taken_at_seconds: z.number(),
  next_xid: z.number(),
  lock_waits: z.array(lockWait),
  prepared_transactions: z.array(preparedTransaction),
  slot_horizons: z.array(slotHorizon),
  connection_limits: z.array(connectionLimit),
  session_endings: z.array(sessionEndings),
  advisory_lock_pids: z.array(z.number()),
});

const grantRow = z.object({ can_signal: z.boolean() });

/** Whether our role may signal sessions, of the same row. Throws a ZodError when it does not say. */
export function toSignalGrant(row: unknown): boolean {
  return grantRow.parse(row).can_signal;
}

/**
 * The row of `evidenceStatement`, and what was asked for it. Untrusted data enters here; throws a ZodError when it has
 * another shape.
 */
export function toEvidence(row: unknown, question: EvidenceQuestion): Evidence {
  const evidence = evidenceRow.parse(row);
  return {
    takenAtSeconds: evidence.taken_at_seconds,
    nextXid: evidence.next_xid,
    lockWaits: evidence.lock_waits.map((wait) => ({ pid: wait.pid, blockingPids: wait.blocking_pids })),
    preparedTransactions: evidence.prepared_transactions.map((prepared) => ({
      gid: prepared.gid,
      preparedAt: prepared.prepared_at,
      preparedSeconds: prepared.prepared_seconds,
      datname: prepared.datname,
      usename: prepared.usename,
      xidAge: prepared.xid_age,
    })),
    slotHorizons: evidence.slot_horizons.map((slot) => ({
      slotName: slot.slot_name,
      active: slot.active,
      xminAge: slot.xmin_age,
      catalogXminAge: slot.catalog_xmin_age,
    })),
    connectionLimits: evidence.connection_limits.map((limit) => ({
      scope: limit.scope,
      name: limit.name,
      limit: limit.connection_limit,
    })),
    sessionEndings: evidence.session_endings.map((endings) => ({
      datname: endings.datname,
      killed: endings.killed,
      abandoned: endings.abandoned,
      fatal: endings.fatal,
    })),
    askedIdlePids: question.idlePids,
    advisoryLockPids: evidence.advisory_lock_pids,
    cut: cutOf(evidence, question),
  };
}

function cutOf(evidence: z.infer<typeof evidenceRow>, question: EvidenceQuestion): Evidence["cut"] {
  const limits = evidence.connection_limits;
  return {
    lock_waiters: question.waitersNotAsked,
    idle_sessions: question.idleNotAsked,
    prepared_transactions: beyond(evidence.prepared_transactions),
    replication_slots: beyond(evidence.slot_horizons),
    connection_limits:
      beyond(limits.filter(({ scope }) => scope === "database")) +
      beyond(limits.filter(({ scope }) => scope === "role")),
    databases: beyond(evidence.session_endings),
  };
}

/** How many there are beyond these rows. Without any row there is none: no bound is 0. */
function beyond(rows: readonly { readonly total: number }[]): number {
  return (rows[0]?.total ?? 0) - rows.length;
}
