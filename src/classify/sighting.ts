import type { Backend, Snapshot } from "../observe/snapshot.ts";
import { holdsAdvisoryLock, type AdvisoryLocks } from "./evidence/advisory-lock.ts";
import { backendKey } from "./backend-key.ts";
import type { ClientWaits } from "./client-wait.ts";
import { jumpsAgo, type ClockJumpAgo, type ClockJumps } from "./clock-jump.ts";
import type { Excuses } from "./excuse.ts";
import { isListen } from "./statement-kind.ts";

/** A backend, with what earlier looks and the evidence add to its row. All times are by the server's clock. */
export type Sighting = {
  readonly backend: Backend;
  /** Since when (epoch seconds) and how long it has waited on its client and got nowhere. */
  readonly clientWait: { readonly sinceSeconds: number; readonly seconds: number } | null;
  /** How long it has been without an excuse since it last had one; `Infinity` if it never had. */
  readonly unsparedSeconds: number;
  /** How long it has not been seen waiting on its client; `Infinity` if it never was. */
  readonly offClientSeconds: number;
  /** Sessions that wait for it, directly or behind others. */
  readonly blockedSessions: number;
  /** Whether slots are so scarce that an idle session is in the way of others. */
  readonly isUnderPressure: boolean;
  /** Whether it may be idle by design: it listens, or nobody has found out yet that it holds no advisory lock. */
  readonly isOnDuty: boolean;
  /** The jumps of the server's clock by which an age may be too high, the oldest first. */
  readonly clockJumps: readonly ClockJumpAgo[];
};

/** What is known beside the rows. */
export type Surroundings = {
  readonly waits: ClientWaits;
  readonly excuses: Excuses;
  /** By pid. */
  readonly blockedSessions: ReadonlyMap<number, number>;
  readonly isUnderPressure: boolean;
  readonly advisoryLocks: AdvisoryLocks;
  readonly clockJumps: ClockJumps;
};

/** The candidates of a look, in the light of what surrounds them. */
export function sightings(snapshot: Snapshot, around: Surroundings): readonly Sighting[] {
  const now = snapshot.takenAtSeconds;
  const since = (seconds: number | null | undefined): number => (seconds == null ? Infinity : now - seconds);
  const clockJumps = jumpsAgo(around.clockJumps, now);
  return snapshot.candidates.map((backend) => {
    const wait = around.waits.get(backendKey(backend.id));
    const excuse = around.excuses.get(backendKey(backend.id));
    return {
      backend,
      clientWait:
        wait === undefined ? null : { sinceSeconds: wait.sinceSeconds, seconds: since(wait.sinceSeconds) },
      unsparedSeconds: since(excuse?.sparedSeconds),
      offClientSeconds: since(excuse?.clientWaitSeconds),
      blockedSessions: around.blockedSessions.get(backend.id.pid) ?? 0,
      isUnderPressure: around.isUnderPressure,
      isOnDuty: isListen(backend.statement) || holdsAdvisoryLock(backend, around.advisoryLocks) !== false,
      clockJumps,
    };
  });
}
