import { describe, expect, test } from "vitest";
import { clientWaits, type Before, type ClientWaits } from "../../src/classify/client-wait.ts";
import { sightings, type Surroundings } from "../../src/classify/sighting.ts";
import type { Backend, Progress, Snapshot } from "../../src/observe/snapshot.ts";
import { aRunningStatement } from "../support/a-sighting.ts";
import { aLook } from "../support/a-snapshot.ts";

/** A statement begun at second 0 that waits on its client at second `at`. */
function waiting(at: number, overrides: Partial<Backend> = {}): Backend {
  return aRunningStatement({
    waitEventType: "Client",
    waitEvent: "ClientRead",
    querySeconds: at,
    ...overrides,
  });
}

function copied(bytes: number): { readonly progress: Progress } {
  return { progress: { command: "COPY", counter: String(bytes) } };
}

const nothing: Before = { waits: new Map(), takenAtSeconds: null, believesRows: false };

/** Nothing is known but these waits. */
function around(waits: ClientWaits): Surroundings {
  return {
    waits,
    excuses: new Map(),
    blockedSessions: new Map(),
    isUnderPressure: false,
    advisoryLocks: new Map(),
    clockJumps: [],
  };
}

/** How long the one candidate of the last look is said to have waited; `undefined` when it is not in it. */
function waitAfter(...looks: readonly Snapshot[]): number | null | undefined {
  let before = nothing;
  let seconds: number | null | undefined;
  for (const look of looks) {
    const waits = clientWaits(look, before);
    const [sighting] = sightings(look, around(waits));
    seconds = sighting === undefined ? undefined : (sighting.clientWait?.seconds ?? null);
    before = { waits, takenAtSeconds: look.takenAtSeconds, believesRows: false };
  }
  return seconds;
}

describe("a statement that waits on its client", () => {
  test("counts from now on the first look of a watch: nobody saw it wait before", () => {
    expect(waitAfter(aLook(300, waiting(300)))).toBe(0);
  });

  test("is believed by whoever takes a single look: it has waited since it began", () => {
    const look = aLook(300, waiting(300));
    const waits = clientWaits(look, { ...nothing, believesRows: true });
    expect(sightings(look, around(waits))[0]?.clientWait?.seconds).toBe(300);
  });

  test("counts from its begin when it was seen waiting at every look of its life", () => {
    expect(waitAfter(aLook(-5), aLook(5, waiting(5)), aLook(15, waiting(15)))).toBe(15);
  });

  test("counts from the look that first saw it wait when an earlier look did not", () => {
    const computing = aRunningStatement({ querySeconds: 10 });
    expect(waitAfter(aLook(0), aLook(10, computing), aLook(20, waiting(20)), aLook(30, waiting(30)))).toBe(
      10,
    );
  });

  test("counts from now when it is older than the last look, which did not see it wait", () => {
    expect(waitAfter(aLook(100), aLook(110, waiting(110)))).toBe(0);
  });

  test("counts anew when its statement is another one", () => {
    const next = waiting(1, { queryStart: "2026-01-01 00:05:00+00" });
    expect(waitAfter(aLook(-5), aLook(5, waiting(5)), aLook(15, next))).toBe(1);
  });

  test("is never older than what the server tells", () => {
    expect(waitAfter(aLook(300, waiting(300, { querySeconds: null })))).toBe(0);
  });
});

describe("a COPY", () => {
  test("may be moving, so that a single look does not believe it", () => {
    const look = aLook(300, waiting(300, copied(10)));
    const waits = clientWaits(look, { ...nothing, believesRows: true });
    expect(sightings(look, around(waits))[0]?.clientWait?.seconds).toBe(0);
  });

  test("begun since the last look and stalled from then on counts from its begin", () => {
    expect(waitAfter(aLook(-5), aLook(5, waiting(5, copied(10))), aLook(15, waiting(15, copied(10))))).toBe(
      15,
    );
  });

  test("whose bytes moved counts from the look that saw them move", () => {
    const looks = [
      aLook(5, waiting(5, copied(10))),
      aLook(15, waiting(15, copied(20))),
      aLook(25, waiting(25, copied(20))),
    ];
    expect(waitAfter(aLook(-5), ...looks)).toBe(10);
  });

  test("that moves at every look never gets old", () => {
    const looks = [5, 15, 25, 35].map((at) => aLook(at, waiting(at, copied(at))));
    expect(waitAfter(aLook(-5), ...looks)).toBe(0);
  });
});

test.for<[string, Partial<Backend>]>([
  ["computes", { waitEventType: null, waitEvent: null }],
  ["waits for a lock", { waitEventType: "Lock", waitEvent: "relation" }],
  ["waits on its client for something else", { waitEventType: "Client", waitEvent: "WalSenderWaitForWAL" }],
  ["is idle in its transaction", { state: "idle in transaction" }],
  ["reports progress as maintenance", { progress: { command: "CREATE INDEX", counter: "0" } }],
])("a session that %s does not wait on its client", ([, overrides]) => {
  expect(waitAfter(aLook(300, waiting(300, overrides)))).toBeNull();
});

test("what is remembered is bounded by the last look", () => {
  const waits = clientWaits(aLook(5, waiting(5)), nothing);
  expect(waits.size).toBe(1);
  expect(clientWaits(aLook(15), { waits, takenAtSeconds: 5, believesRows: false }).size).toBe(0);
});
