import type { Evidence } from "../../observe/evidence.ts";
import type { Backend, Snapshot } from "../../observe/snapshot.ts";
import { backendKey } from "../backend-key.ts";

/** What was found out of one idle period of a session: who is idle neither takes a lock nor gives one back. */
type Found = { readonly stateChange: string | null; readonly holdsLock: boolean };

/** By `backendKey`. Bounded by the candidates of one look. */
export type AdvisoryLocks = ReadonlyMap<string, Found>;

/** Which idle candidates hold an advisory lock, as far as anybody asked in the idle period that each is in. */
export function advisoryLocks(
  { candidates }: Snapshot,
  fresh: Evidence | null,
  before: AdvisoryLocks,
): AdvisoryLocks {
  const asked = new Set(fresh?.askedIdlePids);
  const holders = new Set(fresh?.advisoryLockPids);
  const found = new Map<string, Found>();
  for (const backend of candidates) {
    const { id, state, stateChange } = backend;
    if (state !== "idle") continue;
    const holdsLock = asked.has(id.pid) ? holders.has(id.pid) : holdsAdvisoryLock(backend, before);
    if (holdsLock !== null) found.set(backendKey(id), { stateChange, holdsLock });
  }
  return found;
}

/** Whether it holds an advisory lock; `null` while nobody found out in its idle period. */
export function holdsAdvisoryLock({ id, stateChange }: Backend, locks: AdvisoryLocks): boolean | null {
  const found = locks.get(backendKey(id));
  return found?.stateChange === stateChange ? found.holdsLock : null;
}
