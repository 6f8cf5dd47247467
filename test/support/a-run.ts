import { instantText } from "../../src/observe/instant.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import type { Seen } from "../../src/leak-check/seen.ts";
import { aBackend } from "./a-backend.ts";
import { seen } from "./a-sighting.ts";

/** When the look before the command is taken, in epoch seconds. */
export const BEGINNING = 1_800_000_000;

/** The moment so many seconds after it. */
export function instantAt(seconds: number): string {
  return instantText((BEGINNING + seconds) * 1_000_000);
}

/** A session that began so many seconds after the look before the command. */
export function aSession(pid: number, beganSeconds: number, overrides: Partial<Backend> = {}): Backend {
  return aBackend({ id: { pid, backendStart: instantAt(beganSeconds) }, ...overrides });
}

/** A session that is idle in a transaction since then. */
export function aHolder(pid: number, beganSeconds: number, stateSeconds: number): Backend {
  const stateChange = instantAt(beganSeconds);
  return aSession(pid, beganSeconds, { state: "idle in transaction", stateSeconds, stateChange });
}

/** What a look sees so many seconds after the look before the command. */
export function seenAt(
  seconds: number,
  backends: readonly Backend[] = [],
  overrides: Partial<Seen> = {},
): Seen {
  return {
    takenAtSeconds: BEGINNING + seconds,
    sightings: backends.map((backend) => seen(backend)),
    attributions: new Map(),
    prepared: [],
    unseen: [],
    sessionsCut: 0,
    ...overrides,
  };
}
