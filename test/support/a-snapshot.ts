import type { Look } from "../../src/classify/classify.ts";
import type { Evidence, PreparedTransaction } from "../../src/observe/evidence.ts";
import { sights, type Backend, type Snapshot } from "../../src/observe/snapshot.ts";

/** A calm look at a primary that everything is visible of. */
export function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAtSeconds: 1_800_000_000,
    postmasterStart: "2026-11-20 08:00:00.000001+00",
    standby: false,
    coverage: { sights, hiddenSessions: 0, candidatesCut: 0, groupsFolded: 0 },
    groups: [],
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
  return { snapshot, evidence: null, askedForEvidence: false };
}

/** A look beside which this was found. */
export function lookWith(snapshot: Snapshot, evidence: Partial<Evidence>): Look {
  return {
    snapshot,
    evidence: anEvidence({ takenAtSeconds: snapshot.takenAtSeconds, ...evidence }),
    askedForEvidence: true,
  };
}

/** Evidence of a server where nothing waits, nothing is prepared and nothing is limited. */
export function anEvidence(overrides: Partial<Evidence> = {}): Evidence {
  return {
    takenAtSeconds: 1_800_000_000,
    lockWaits: [],
    preparedTransactions: [],
    preparedCut: 0,
    slotHorizons: [],
    connectionLimits: [],
    sessionEndings: [],
    askedIdlePids: [],
    advisoryLockPids: [],
    ...overrides,
  };
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
