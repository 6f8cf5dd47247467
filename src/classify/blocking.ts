import type { Evidence } from "../observe/evidence.ts";
import type { Backend, Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";

/** What a session that waits for a lock was last found to wait for. */
type Wait = { readonly queryStart: string | null; readonly blockingPids: readonly number[] };

/** By `backendKey` of the waiter. Bounded by the candidates of one look. */
export type Waits = ReadonlyMap<string, Wait>;

/** In `pg_blocking_pids` a prepared transaction, which has no session, is 0. */
export const preparedPid = 0;

/** Whoever waits for a lock is a victim, and every such session is a candidate. */
export function isLockWaiter(backend: Backend): boolean {
  return backend.state === "active" && backend.waitEventType === "Lock";
}

/** Who waits for whom: by the evidence of this look, else as last found out while the same statement still waits. */
export function lockWaits(snapshot: Snapshot, evidence: Evidence | null, before: Waits): Waits {
  const asked = new Map(evidence?.lockWaits.map(({ pid, blockingPids }) => [pid, blockingPids]));
  const waits = new Map<string, Wait>();
  for (const { id, queryStart, ...backend } of snapshot.candidates) {
    if (!isLockWaiter({ id, queryStart, ...backend })) continue;
    const known = before.get(backendKey(id));
    const blockingPids =
      asked.get(id.pid) ?? (known?.queryStart === queryStart ? known.blockingPids : undefined);
    if (blockingPids !== undefined) waits.set(backendKey(id), { queryStart, blockingPids });
  }
  return waits;
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
