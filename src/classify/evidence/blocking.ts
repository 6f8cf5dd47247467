import type { Backend, Snapshot } from "../../observe/snapshot.ts";
import { backendKey } from "../backend-key.ts";
import { hasExpired } from "./evidence-expiry.ts";
import { freshEvidence, type Look } from "../look.ts";

/** What a session that waits for a lock was last found to wait for, and when (epoch seconds, server's clock). */
type Wait = {
  readonly queryStart: string | null;
  readonly blockingPids: readonly number[];
  /** `null` for one that waited at a gathering of evidence and was not asked about, or has no answer that still holds. */
  readonly answeredSeconds: number | null;
};

/** By `backendKey` of the waiter. Bounded by the candidates of one look. */
export type Waits = ReadonlyMap<string, Wait>;

/** In `pg_blocking_pids` a prepared transaction, which has no session, is 0. */
export const preparedPid = 0;

/** Whoever waits for a lock is a victim, and every such session is a candidate. */
export function isLockWaiter(backend: Backend): boolean {
  return backend.state === "active" && backend.waitEventType === "Lock";
}

/**
 * Who waits for whom: by the evidence of this look, else as last found out while the same statement still waits, unless
 * that was too long ago: a statement may wait for one lock after another.
 */
export function lockWaits(look: Look, before: Waits, gapSeconds: number): Waits {
  const evidence = freshEvidence(look);
  const answers = new Map(evidence?.lockWaits.map(({ pid, blockingPids }) => [pid, blockingPids]));
  const waits = new Map<string, Wait>();
  for (const backend of look.snapshot.candidates.filter(isLockWaiter)) {
    const { id, queryStart } = backend;
    const blockingPids = answers.get(id.pid);
    const wait =
      evidence === null || blockingPids === undefined
        ? unrenewed(backend, before, { look, gapSeconds })
        : { queryStart, blockingPids, answeredSeconds: evidence.takenAtSeconds };
    if (wait !== undefined) waits.set(backendKey(id), wait);
  }
  return waits;
}

/** What is left to know of a wait without a new answer; `undefined` when nobody could ask about it yet. */
function unrenewed(
  backend: Backend,
  before: Waits,
  { look, gapSeconds }: { readonly look: Look; readonly gapSeconds: number },
): Wait | undefined {
  const known = waitOf(backend, before);
  if (known === undefined && look.gathered === null) return undefined;
  const answeredSeconds = known?.answeredSeconds ?? null;
  const holds =
    answeredSeconds !== null && !hasExpired(answeredSeconds, look.snapshot.takenAtSeconds, gapSeconds);
  return holds ? known : { queryStart: backend.queryStart, blockingPids: [], answeredSeconds: null };
}

/** What is known of the wait that a session is in; `undefined` when it began after the last gathering of evidence. */
export function waitOf({ id, queryStart }: Backend, waits: Waits): Wait | undefined {
  const wait = waits.get(backendKey(id));
  return wait?.queryStart === queryStart ? wait : undefined;
}

/** How many sessions each pid blocks that does not wait for a lock itself, directly or through others that do. */
export function blockedSessions(snapshot: Snapshot, waits: Waits): ReadonlyMap<number, number> {
  const waiters = new Map(
    snapshot.candidates
      .filter(isLockWaiter)
      .map(({ id }) => [id.pid, waits.get(backendKey(id))?.blockingPids ?? []]),
  );
  const blocked = new Map<number, number>();
  for (const pid of waiters.keys())
    for (const root of rootsOf(pid, waiters)) blocked.set(root, (blocked.get(root) ?? 0) + 1);
  return blocked;
}

/** Those at the end of the queue. A deadlock has none. */
function rootsOf(pid: number, waiters: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const roots = new Set<number>();
  const seen = new Set([pid]);
  const open = [pid];
  for (let waiter = open.pop(); waiter !== undefined; waiter = open.pop()) {
    for (const blocker of waiters.get(waiter) ?? []) {
      if (seen.has(blocker)) continue;
      seen.add(blocker);
      if (waiters.has(blocker)) open.push(blocker);
      else roots.add(blocker);
    }
  }
  return roots;
}
