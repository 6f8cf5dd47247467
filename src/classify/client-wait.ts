import type { Backend, Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import { waitsOnClient } from "./waits-on-client.ts";

/** A statement that waits on its client, as remembered between looks. Bounded by the candidates of one look. */
export type ClientWait = {
  readonly queryStart: string | null;
  readonly sinceSeconds: number;
  /** `bytes_processed` of a COPY: while it moves, nobody is stalled. */
  readonly counter: string | null;
};

export type ClientWaits = ReadonlyMap<string, ClientWait>;

/** What the look before this one left; `takenAtSeconds` is `null` when no look can vouch for the time before this one. */
export type Before = {
  readonly waits: ClientWaits;
  readonly takenAtSeconds: number | null;
  readonly believesRows: boolean;
};

/**
 * Since when each candidate has waited on its client without getting anywhere.
 *
 * The view shows the wait of this instant only; that it lasted follows from having been seen at every look. A wait
 * that no earlier look can vouch for counts from now, unless its statement has been waiting at every look of its
 * life. Whoever takes one look only may believe the row, but for a COPY, which may be moving.
 */
export function clientWaits(snapshot: Snapshot, before: Before): ClientWaits {
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

function waitBegan(
  nowSeconds: number,
  backend: Backend,
  before: Before,
  known: ClientWait | undefined,
): number {
  const { querySeconds } = backend;
  if (querySeconds === null || known?.queryStart === backend.queryStart) return nowSeconds;
  const isAlone = before.takenAtSeconds === null;
  const startedSinceLastLook =
    before.takenAtSeconds !== null && nowSeconds - querySeconds >= before.takenAtSeconds;
  const isBelieved = startedSinceLastLook || (isAlone && before.believesRows && backend.progress === null);
  return isBelieved ? nowSeconds - querySeconds : nowSeconds;
}

/** A row in any progress view but COPY's excuses the backend absolutely: it may wait on its client while it works. */
function isMaintenance(backend: Backend): boolean {
  return backend.progress !== null && backend.progress.command !== "COPY";
}
