import type { Backend, Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import type { ClientWaits } from "./client-wait.ts";
import type { Excuses } from "./excuse.ts";

/** A backend, with what earlier looks add to its row. All times are by the server's clock. */
export type Sighting = {
  readonly backend: Backend;
  /** Since when (epoch seconds) and how long it has waited on its client and got nowhere. */
  readonly clientWait: { readonly sinceSeconds: number; readonly seconds: number } | null;
  /** How long it has been without an excuse since it last had one; `Infinity` if it never had. */
  readonly unsparedSeconds: number;
  /** How long it has not been seen waiting on its client; `Infinity` if it never was. */
  readonly offClientSeconds: number;
};

/** The candidates of a look, in the light of the looks before it. */
export function sightings(snapshot: Snapshot, waits: ClientWaits, excuses: Excuses): readonly Sighting[] {
  const now = snapshot.takenAtSeconds;
  const since = (seconds: number | null | undefined): number => (seconds == null ? Infinity : now - seconds);
  return snapshot.candidates.map((backend) => {
    const wait = waits.get(backendKey(backend.id));
    const excuse = excuses.get(backendKey(backend.id));
    return {
      backend,
      clientWait:
        wait === undefined ? null : { sinceSeconds: wait.sinceSeconds, seconds: since(wait.sinceSeconds) },
      unsparedSeconds: since(excuse?.sparedSeconds),
      offClientSeconds: since(excuse?.clientWaitSeconds),
    };
  });
}
