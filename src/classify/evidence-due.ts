import type { EvidenceQuestion } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import { isLockWaiter } from "./blocking.ts";
import { keptSight, type Memory } from "./memory.ts";

/** `pg_blocking_pids` locks the lock manager for a moment: not for everybody, however many wait. */
const MOST_WAITERS = 50;
const MOST_IDLE = 200;

/** On a calm server every third look; while somebody waits and nobody knows for whom, every second one. */
const LOOKS_BETWEEN_WHEN_CALM = 2;
const LOOKS_BETWEEN_WHEN_BLOCKED = 1;

type Asking = {
  readonly gapSeconds: number;
  /** From this age on an idle session may be named; `Infinity` while none may. */
  readonly idleSeconds: number;
};

/** Whether evidence is due at this look, and what to ask. Its cost must stay far below that of the looks. */
export function evidenceDue(
  snapshot: Snapshot,
  memory: Memory,
  { gapSeconds, idleSeconds }: Asking,
): EvidenceQuestion | null {
  const waiters = snapshot.candidates.filter(isLockWaiter);
  const isNewToUs = waiters.some(({ id }) => !memory.lockWaits.has(backendKey(id)));
  const between = isNewToUs ? LOOKS_BETWEEN_WHEN_BLOCKED : LOOKS_BETWEEN_WHEN_CALM;
  const isFirst = memory.lastLook === null || !keptSight(snapshot, memory, gapSeconds);
  if (!isFirst && memory.looksSinceEvidence < between) return null;
  const idle = snapshot.candidates.filter(
    ({ state, queryStart, stateSeconds }) =>
      state === "idle" && queryStart !== null && (stateSeconds ?? 0) >= idleSeconds,
  );
  return {
    waiterPids: waiters
      .toSorted((a, b) => (b.querySeconds ?? 0) - (a.querySeconds ?? 0))
      .slice(0, MOST_WAITERS)
      .map(({ id }) => id.pid),
    idlePids: idle.slice(0, MOST_IDLE).map(({ id }) => id.pid),
  };
}
