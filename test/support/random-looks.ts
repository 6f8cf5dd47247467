import { sights, type Backend, type Snapshot } from "../../src/observe/snapshot.ts";
import { aBackend } from "./a-backend.ts";
import { aSnapshot } from "./a-snapshot.ts";

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

/** A backend that could be anything, with few values for each field, so that looks often agree about it. */
export function randomBackend(random: Random, pid: number): Backend {
  const [waitEventType, waitEvent] = random.oneOf(waits);
  const age = (): number | null => random.oneOf([null, 0, 5, 15, 70, 4000]);
  const stamp = (): string | null => random.oneOf([null, "2026-01-01 00:00:00+00", "2026-01-01 00:00:01+00"]);
  const command = random.oneOf([null, null, null, "COPY", "CREATE INDEX"]);
  return aBackend({
    id: { pid, backendStart: random.oneOf(["2026-01-01 00:00:00+00", "2026-01-01 00:00:00.000001+00"]) },
    state: random.oneOf(states),
    waitEventType,
    waitEvent,
    xactStart: stamp(),
    queryStart: stamp(),
    stateChange: stamp(),
    xactSeconds: age(),
    querySeconds: age(),
    stateSeconds: age(),
    progress: command === null ? null : { command, counter: String(random.below(2)) },
  });
}

/** A sequence of looks at up to four backends, with restarts, gaps, failovers, hidden sessions and partial sight. */
export function randomLooks(random: Random): readonly Snapshot[] {
  let takenAtSeconds = 1_800_000_000;
  let restarts = 0;
  return Array.from({ length: 1 + random.below(8) }, () => {
    takenAtSeconds += random.oneOf([0, 10, 10, 10, 20, 100, -5]);
    restarts += random.below(12) === 0 ? 1 : 0;
    const isSeen = (): boolean => random.below(8) > 0;
    return aSnapshot({
      takenAtSeconds,
      postmasterStart: String(restarts),
      standby: random.below(20) === 0,
      coverage: {
        sights: sights.filter(isSeen),
        hiddenSessions: random.below(8) === 0 ? 1 : 0,
        candidatesCut: 0,
        groupsFolded: 0,
      },
      candidates: [1, 2, 3, 4].filter(() => random.below(3) > 0).map((pid) => randomBackend(random, pid)),
    });
  });
}
