import type { Look } from "../../src/classify/look.ts";
import type { Evidence } from "../../src/observe/evidence.ts";
import { sights, type Backend, type SessionGroup, type Snapshot } from "../../src/observe/snapshot.ts";
import { aBackend } from "./a-backend.ts";
import { aCut, aPrepared, aSnapshot, lookOf, lookRefused, lookWith } from "./a-snapshot.ts";
import { aGroup } from "./a-view.ts";

/** Numbers that look random and are the same for the same seed (mulberry32). */
export type Random = { below(limit: number): number; oneOf<T>(choices: readonly [T, ...T[]]): T };

export function randomFrom(seed: number): Random {
  let state = seed;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  return { below, oneOf: (choices) => choices[below(choices.length)] ?? choices[0] };
}

const states = [
  "idle in transaction",
  "idle in transaction (aborted)",
  "active",
  "idle",
  "disabled",
  "unknown",
  "starting",
] as const;
const waits: readonly [
  readonly [string | null, string | null],
  ...(readonly [string | null, string | null])[],
] = [
  [null, null],
  ["Client", "ClientRead"],
  ["Client", "ClientWrite"],
  ["Lock", "tuple"],
  ["IPC", "SyncRep"],
];

const heads = ["BEGIN", "LISTEN a", "SELECT 1 /*route='/a'*/", "COMMIT"] as const;

/** What a session runs, by its start. The same start is the same statement: no server shows two texts for one. */
type Statements = Map<string, string>;

function headOf(random: Random, statements: Statements, session: string, queryStart: string | null): string {
  const drawn = random.oneOf(heads);
  if (queryStart === null) return drawn;
  const key = `${session} ${queryStart}`;
  const head = statements.get(key) ?? drawn;
  statements.set(key, head);
  return head;
}

/**
 * A backend that could be anything, with few values for each field, so that looks often agree about it. Those of one
 * sequence share their `statements`.
 */
export function randomBackend(random: Random, pid: number, statements: Statements = new Map()): Backend {
  const backendStart = random.oneOf(["2026-01-01 00:00:00+00", "2026-01-01 00:00:00.000001+00"]);
  const queryStart = random.oneOf([null, "2026-01-01 00:00:00+00", "2026-01-01 00:00:01+00"]);
  const head = headOf(random, statements, `${pid} ${backendStart}`, queryStart);
  const [waitEventType, waitEvent] = random.oneOf(waits);
  const age = (): number | null => random.oneOf([null, 0, 5, 15, 70, 4000]);
  const stamp = (): string | null => random.oneOf([null, "2026-01-01 00:00:00+00", "2026-01-01 00:00:01+00"]);
  const command = random.oneOf([null, null, null, "COPY", "CREATE INDEX"]);
  return aBackend({
    id: { pid, backendStart },
    state: random.oneOf(states),
    waitEventType,
    waitEvent,
    xactStart: stamp(),
    queryStart,
    stateChange: stamp(),
    xactSeconds: age(),
    querySeconds: age(),
    stateSeconds: age(),
    progress: command === null ? null : { command, counter: String(random.below(2)) },
    statement: { head, tail: null, isCut: false },
    xidAge: random.oneOf([null, null, 7]),
    xminAge: random.oneOf([null, null, 9]),
  });
}

/** A sequence of looks at up to four backends, with restarts, gaps, failovers, hidden sessions and partial sight. */
export function randomLooks(random: Random): readonly Look[] {
  let takenAtSeconds = 1_800_000_000;
  let restarts = 0;
  const statements: Statements = new Map();
  return Array.from({ length: 1 + random.below(8) }, () => {
    takenAtSeconds += random.oneOf([0, 10, 10, 10, 20, 100, -5]);
    restarts += random.below(12) === 0 ? 1 : 0;
    const isSeen = (): boolean => random.below(8) > 0;
    const snapshot: Snapshot = aSnapshot({
      takenAtSeconds,
      postmasterStart: String(restarts),
      standby: random.below(20) === 0,
      coverage: {
        sights: sights.filter(isSeen),
        hiddenSessions: random.below(8) === 0 ? 1 : 0,
        candidatesCut: 0,
        groupsFolded: 0,
      },
      groups: [randomGroup(random)],
      candidates: [1, 2, 3, 4]
        .filter(() => random.below(3) > 0)
        .map((pid) => randomBackend(random, pid, statements)),
    });
    if (random.below(3) > 0) return lookOf(snapshot);
    return random.below(4) > 0 ? lookWith(snapshot, randomEvidence(random)) : lookRefused(snapshot);
  });
}

/** One of two applications, near the limit of ours or far from it. */
function randomGroup(random: Random): SessionGroup {
  const sessions = random.oneOf([1, 5, 12, 90]);
  return aGroup({
    applicationName: random.oneOf(["web-1", "jobs"]),
    sessions,
    quietSessions: random.below(sessions + 1),
  });
}

function randomEvidence(random: Random): Partial<Evidence> {
  const prepared = ["tx-1", "tx-2"].filter(() => random.below(2) > 0);
  return {
    lockWaits: [1, 2, 3].map((pid) => ({ pid, blockingPids: [random.below(5)] })),
    askedIdlePids: [1, 2, 3].filter(() => random.below(2) > 0),
    advisoryLockPids: [1, 2].filter(() => random.below(2) > 0),
    cut: aCut({ prepared_transactions: random.oneOf([0, 0, 3]) }),
    preparedTransactions: prepared.map((gid) =>
      aPrepared({ gid, preparedSeconds: random.oneOf([0, 15, 70]) }),
    ),
  };
}
