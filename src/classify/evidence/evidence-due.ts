import type { EvidenceQuestion } from "../../observe/evidence.ts";
import type { Backend, Snapshot } from "../../observe/snapshot.ts";
import { holdsAdvisoryLock } from "./advisory-lock.ts";
import { isLockWaiter, waitOf, type Waits } from "./blocking.ts";
import { forgotten, keptSight, type Memory } from "../memory.ts";

/** `pg_blocking_pids` locks the lock manager for a moment: not for everybody, however many wait. */
const MOST_WAITERS = 50;
const MOST_IDLE = 200;

/** On a calm server every third look; while somebody waits and nobody knows for whom, every second one. */
const LOOKS_BETWEEN_WHEN_CALM = 2;
const LOOKS_BETWEEN_WHEN_BLOCKED = 1;

/** Before any answer, in epoch seconds. */
const NEVER = 0;

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
  const { lockWaits, advisoryLocks, lastLook, looksSinceEvidence } = keptSight(snapshot, memory, gapSeconds)
    ? memory
    : forgotten(memory, snapshot);
  const isNewToUs = waiters.some((waiter) => waitOf(waiter, lockWaits) === undefined);
  const between = isNewToUs ? LOOKS_BETWEEN_WHEN_BLOCKED : LOOKS_BETWEEN_WHEN_CALM;
  if (lastLook !== null && looksSinceEvidence < between) return null;
  const idle = snapshot.candidates.filter(
    (backend) =>
      backend.state === "idle" &&
      backend.queryStart !== null &&
      (backend.stateSeconds ?? 0) >= idleSeconds &&
      // Who was asked about stays as it is for as long as it is idle.
      holdsAdvisoryLock(backend, advisoryLocks) === null,
  );
  return { ...aboutWaiters(waiters, lockWaits), ...aboutIdle(idle) };
}

/**
 * Those that nobody knows of, the longest wait first, and those whose answer is the oldest. Each kind has half of the
 * places, as far as it needs them: or clients that try again and again would keep all others from being asked about anew.
 */
function aboutWaiters(
  waiters: readonly Backend[],
  waits: Waits,
): Pick<EvidenceQuestion, "waiterPids" | "waitersNotAsked"> {
  const answeredSeconds = (waiter: Backend): number => waitOf(waiter, waits)?.answeredSeconds ?? NEVER;
  const ranked = waiters.toSorted(
    (a, b) => answeredSeconds(a) - answeredSeconds(b) || (b.querySeconds ?? 0) - (a.querySeconds ?? 0),
  );
  const unknown = ranked.filter((waiter) => answeredSeconds(waiter) === NEVER);
  const answered = ranked.slice(unknown.length);
  const placesOfUnknown = MOST_WAITERS - Math.min(answered.length, MOST_WAITERS / 2);
  const first = unknown.slice(0, placesOfUnknown);
  const renewed = answered.slice(0, MOST_WAITERS - first.length);
  return {
    waiterPids: [...first, ...renewed].map(({ id }) => id.pid),
    waitersNotAsked: unknown.length - first.length,
  };
}

function aboutIdle(idle: readonly Backend[]): Pick<EvidenceQuestion, "idlePids" | "idleNotAsked"> {
  return {
    idlePids: idle.slice(0, MOST_IDLE).map(({ id }) => id.pid),
    idleNotAsked: Math.max(0, idle.length - MOST_IDLE),
  };
}
