import type { Backend, Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import { waitsOnClient, type Sighting } from "./detector.ts";

/** A statement that waits on its client, as remembered between looks. Bounded by the candidates of one look. */
export type ClientWait = {
  readonly queryStart: string | null;
  readonly sinceSeconds: number;
  /** `bytes_processed` of a COPY: while it moves, nobody is stalled. */
  readonly counter: string | null;
};

export type ClientWaits = ReadonlyMap<string, ClientWait>;

/**
 * Since when each candidate has waited on its client without getting anywhere.
 *
 * The view shows the wait of this instant only; that it lasted follows from having been seen at every look. A wait
 * that no earlier look can vouch for counts from now, unless its statement has been waiting at every look of its
 * life. On the very first look the row is believed, but for a COPY, which may be moving.
 */
export function clientWaits(
  snapshot: Snapshot,
  before: { waits: ClientWaits; takenAtSeconds: number | null },
): ClientWaits {
  const waits = new Map<string, ClientWait>();
  for (const backend of snapshot.candidates) {
    if (!waitsOnClient(backend) || isMaintenance(backend)) continue;
    const counter = backend.progress?.counter ?? null;
    const known = before.waits.get(backendKey(backend.id));
    const goesOn =
      known !== undefined && known.queryStart === backend.queryStart && known.counter === counter;
    const sinceSeconds = goesOn
      ? known.sinceSeconds
      : waitBegan(snapshot.takenAtSeconds, backend, before, known);
    waits.set(backendKey(backend.id), { queryStart: backend.queryStart, sinceSeconds, counter });
  }
  return waits;
}

/** The candidates with how long each has waited, by the server's clock. */
export function sightings(snapshot: Snapshot, waits: ClientWaits): readonly Sighting[] {
  return snapshot.candidates.map((backend) => {
    const wait = waits.get(backendKey(backend.id));
    if (wait === undefined) return { backend, clientWait: null };
    const { sinceSeconds } = wait;
    return { backend, clientWait: { sinceSeconds, seconds: snapshot.takenAtSeconds - sinceSeconds } };
  });
}

function waitBegan(
  nowSeconds: number,
  backend: Backend,
  before: { takenAtSeconds: number | null },
  known: ClientWait | undefined,
): number {
  const { querySeconds } = backend;
  if (querySeconds === null || known?.queryStart === backend.queryStart) return nowSeconds;
  const isFirstLook = before.takenAtSeconds === null;
  const startedSinceLastLook =
    before.takenAtSeconds !== null && nowSeconds - querySeconds >= before.takenAtSeconds;
  const isBelieved = startedSinceLastLook || (isFirstLook && backend.progress === null);
  return isBelieved ? nowSeconds - querySeconds : nowSeconds;
}

/** A row in any progress view but COPY's excuses the backend absolutely: it may wait on its client while it works. */
function isMaintenance(backend: Backend): boolean {
  return backend.progress !== null && backend.progress.command !== "COPY";
}
