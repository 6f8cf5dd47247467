import type { Look } from "../../src/classify/look.ts";
import type { Evidence, EvidenceCut, PreparedTransaction, SlotHorizon } from "../../src/observe/evidence.ts";
import { sights, type Backend, type Snapshot } from "../../src/observe/snapshot.ts";

/** A calm look at a primary that everything is visible of. */
export function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAtSeconds: 1_800_000_000,
    postmasterStart: "2026-11-20 08:00:00.000001+00",
    standby: false,
    coverage: { sights, hiddenSessions: 0, candidatesCut: 0, groupsFolded: 0 },
    groups: [],
    nextXid: 5_000_000_000,
    horizons: { sessions: null, standbys: null },
    candidates: [],
    ...overrides,
  };
}

/** A look at these candidates, so many seconds after the first one. */
export function aLook(atSeconds: number, ...candidates: readonly Backend[]): Snapshot {
  return aSnapshot({ takenAtSeconds: 1_800_000_000 + atSeconds, candidates });
}

/** A look beside which nothing was asked. */
export function lookOf(snapshot: Snapshot): Look {
  return { snapshot, gathered: null };
}

/** A look beside which this was found. */
export function lookWith(snapshot: Snapshot, evidence: Partial<Evidence>): Look {
  const { takenAtSeconds, nextXid } = snapshot;
  return {
    snapshot,
    gathered: { evidence: anEvidence({ takenAtSeconds, nextXid, ...evidence }), failure: null },
  };
}

/** A look beside which evidence was asked for, and refused. */
export function lookRefused(snapshot: Snapshot): Look {
  return { snapshot, gathered: { evidence: null, failure: "timeout" } };
}

/** Evidence of a server where nothing waits, nothing is prepared and nothing is limited. */
export function anEvidence(overrides: Partial<Evidence> = {}): Evidence {
  return {
    takenAtSeconds: 1_800_000_000,
    nextXid: 5_000_000_000,
    lockWaits: [],
    preparedTransactions: [],
    slotHorizons: [],
    connectionLimits: [],
    sessionEndings: [],
    askedIdlePids: [],
    advisoryLockPids: [],
    cut: aCut(),
    ...overrides,
  };
}

/** Lists of which nothing was cut but this. */
export function aCut(overrides: Partial<EvidenceCut> = {}): EvidenceCut {
  return {
    lock_waiters: 0,
    idle_sessions: 0,
    prepared_transactions: 0,
    replication_slots: 0,
    connection_limits: 0,
    databases: 0,
    ...overrides,
  };
}

/** A forgotten slot that holds back nothing but this. */
export function aSlotHorizon(overrides: Partial<SlotHorizon> = {}): SlotHorizon {
  return { slotName: "replica_1", active: false, xminAge: null, catalogXminAge: null, ...overrides };
}

/** A transaction that its coordinator left prepared. */
export function aPrepared(overrides: Partial<PreparedTransaction> = {}): PreparedTransaction {
  return {
    gid: "tx-1",
    preparedAt: "2026-01-01 00:00:00.000001+00",
    preparedSeconds: 30,
    datname: "shop",
    usename: "app",
    xidAge: 12,
    ...overrides,
  };
}
