import { z } from "zod";
import type { Evidence, Gathered } from "../observe/evidence.ts";
import { backendStates, sights } from "../observe/snapshot.ts";
import type { Backend, CandidateAges, SessionGroup, Snapshot } from "../observe/snapshot.ts";
import type { RecordedLook } from "./recorded-look.ts";

const text = z.string().nullable();
const number = z.number().nullable();
const pids = z.array(z.number());
const state = z.enum(backendStates);

const statement = z.object({ head: z.string(), tail: text, isCut: z.boolean() });

const backend: z.ZodType<Backend> = z.object({
  id: z.object({ pid: z.number(), backendStart: z.string() }),
  datname: text,
  usename: text,
  isSuperuser: z.boolean().nullable(),
  isReplication: z.boolean().nullable(),
  applicationName: text,
  clientAddr: text,
  pooledClientAddr: text,
  state,
  waitEventType: text,
  waitEvent: text,
  xactStart: text,
  queryStart: text,
  stateChange: text,
  xactSeconds: number,
  querySeconds: number,
  stateSeconds: number,
  queryId: text,
  statement: statement.nullable(),
  xidAge: number,
  xminAge: number,
  progress: z.object({ command: z.string(), counter: z.string() }).nullable(),
});

const group: z.ZodType<SessionGroup> = z.object({
  folded: z.boolean(),
  datname: text,
  usename: text,
  applicationName: text,
  clientAddr: text,
  state,
  sessions: z.number(),
  quietSessions: z.number(),
  oldestXactSeconds: number,
  oldestStateSeconds: number,
  oldestSessionSeconds: number,
});

/** Of others no date can be told. */
const epochSeconds = z.number().min(0).max(8.64e12);

const snapshot: z.ZodType<Snapshot> = z.object({
  takenAtSeconds: epochSeconds,
  postmasterStart: z.string(),
  standby: z.boolean(),
  coverage: z.object({
    sights: z.array(z.enum(sights)),
    hiddenSessions: z.number(),
    candidatesCut: z.number(),
    groupsFolded: z.number(),
  }),
  groups: z.array(group),
  nextXid: z.number(),
  horizons: z.object({ sessions: number, standbys: number }),
  candidates: z.array(backend),
});

const prepared = z.object({
  gid: z.string(),
  preparedAt: z.string(),
  preparedSeconds: z.number(),
  datname: text,
  usename: text,
  xidAge: z.number(),
});

const evidence: z.ZodType<Evidence> = z.object({
  takenAtSeconds: z.number(),
  nextXid: z.number(),
  lockWaits: z.array(z.object({ pid: z.number(), blockingPids: pids })),
  preparedTransactions: z.array(prepared),
  slotHorizons: z.array(
    z.object({ slotName: z.string(), active: z.boolean(), xminAge: number, catalogXminAge: number }),
  ),
  connectionLimits: z.array(
    z.object({ scope: z.enum(["database", "role"]), name: z.string(), limit: z.number() }),
  ),
  sessionEndings: z.array(
    z.object({ datname: z.string(), killed: z.number(), abandoned: z.number(), fatal: z.number() }),
  ),
  askedIdlePids: pids,
  advisoryLockPids: pids,
  cut: z.object({
    lock_waiters: z.number(),
    idle_sessions: z.number(),
    prepared_transactions: z.number(),
    replication_slots: z.number(),
    connection_limits: z.number(),
    databases: z.number(),
  }),
});

const gathered: z.ZodType<Gathered> = z.union([
  z.object({ evidence, failure: z.null() }),
  z.object({ evidence: z.null(), failure: z.string() }),
]);

/** JSON has no infinity. */
const age = number.transform((seconds) => seconds ?? Infinity);

const ages: z.ZodType<CandidateAges> = z.object({
  idleInTransactionSeconds: age,
  activeSeconds: age,
  transactionSeconds: age,
  neverUsedSeconds: age,
  idleSeconds: age,
  quietSeconds: age,
});

/** A recorded look, under the names of the nouns that it is made of. */
export const lookSchema: z.ZodType<RecordedLook> = z.object({
  server: z.string(),
  look: z.object({ snapshot, gathered: gathered.nullable() }),
  asked: z.object({ ages, groupsByClient: z.boolean() }),
  usableSlots: z.number(),
  ownSession: z.object({ datname: z.string(), usename: z.string() }),
  ownRole: z.string(),
  gapSeconds: z.number(),
  sinceLastLookSeconds: number,
  isOutOfTurn: z.boolean().default(false),
  isPooled: z.boolean(),
  canSignal: z.boolean(),
});
