import type { Backend, Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import { waitsOnClient } from "./waits-on-client.ts";

/** When a transaction was last seen to have a good reason for its age (epoch seconds, server's clock). */
export type Excuse = {
  readonly xactStart: string | null;
  /** It waited for a lock or a standby, or reported progress. */
  readonly sparedSeconds: number | null;
  /** It waited on its client. */
  readonly clientWaitSeconds: number | null;
};

/** Bounded by the candidates of one look. */
export type Excuses = ReadonlyMap<string, Excuse>;

/** Who waits for a lock or for a standby is a victim, and who reports progress works. */
export function isSpared(backend: Backend): boolean {
  const isVictim = backend.waitEventType === "Lock" || backend.waitEvent === "SyncRep";
  return (backend.state === "active" && isVictim) || backend.progress !== null;
}

/**
 * What each candidate is excused by, this look included. Without it, a victim would be called leaked the moment its
 * lock arrives: its statement is as old as its wait.
 */
export function excuses(snapshot: Snapshot, before: Excuses): Excuses {
  const now = snapshot.takenAtSeconds;
  const found = new Map<string, Excuse>();
  for (const backend of snapshot.candidates) {
    const known = before.get(backendKey(backend.id));
    const past = known?.xactStart === backend.xactStart ? known : undefined;
    const sparedSeconds = isSpared(backend) ? now : (past?.sparedSeconds ?? null);
    const clientWaitSeconds = waitsOnClient(backend) ? now : (past?.clientWaitSeconds ?? null);
    if (sparedSeconds === null && clientWaitSeconds === null) continue;
    found.set(backendKey(backend.id), { xactStart: backend.xactStart, sparedSeconds, clientWaitSeconds });
  }
  return found;
}
