import type { Sighting } from "../../src/classify/sighting.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aBackend } from "./a-backend.ts";

/** A backend in a transaction, idle for `stateSeconds` of its `xactSeconds`. */
export function anIdleTransaction(overrides: Partial<Backend> = {}): Backend {
  return aBackend({
    state: "idle in transaction",
    xactStart: "2026-01-01 00:00:01+00",
    xactSeconds: 30,
    stateSeconds: 30,
    ...overrides,
  });
}

/** A backend that has run one statement for 30 seconds. */
export function aRunningStatement(overrides: Partial<Backend> = {}): Backend {
  return aBackend({
    state: "active",
    waitEventType: null,
    waitEvent: null,
    xactStart: "2026-01-01 00:00:01+00",
    xactSeconds: 30,
    querySeconds: 30,
    stateSeconds: 30,
    ...overrides,
  });
}

/** A sighting that earlier looks add nothing to. */
export function seen(backend: Backend, overrides: Partial<Sighting> = {}): Sighting {
  return {
    backend,
    clientWait: null,
    unsparedSeconds: Infinity,
    offClientSeconds: Infinity,
    blockedSessions: 0,
    isUnderPressure: false,
    isOnDuty: false,
    clockJumps: [],
    ...overrides,
  };
}
