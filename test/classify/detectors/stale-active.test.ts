import { expect, test } from "vitest";
import { staleActive } from "../../../src/classify/detectors/stale-active.ts";
import { backendStates, type Backend } from "../../../src/observe/snapshot.ts";
import { aRunningStatement, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const threshold = thresholds.stale_active;

test.for(["active", "fastpath function call"] as const)(
  "a session that is %s is as old as its statement",
  (state) => {
    const sighting = seen(aRunningStatement({ state, querySeconds: 12, xactSeconds: 300 }));
    expect(staleActive.ageSeconds(sighting, threshold)).toBe(12);
  },
);

const excused: [string, Partial<Backend>][] = [
  ["waits for a lock", { waitEventType: "Lock", waitEvent: "transactionid" }],
  ["waits for a synchronous standby", { waitEventType: "IPC", waitEvent: "SyncRep" }],
  ["builds an index", { progress: { command: "CREATE INDEX", counter: "1" } }],
  ["copies", { progress: { command: "COPY", counter: "1" } }],
  ["waits to read from its client", { waitEventType: "Client", waitEvent: "ClientRead" }],
  ["waits to write to its client", { waitEventType: "Client", waitEvent: "ClientWrite" }],
];

test.for(excused)("a statement that %s is not one, but its period goes on", ([, overrides]) => {
  const sighting = seen(aRunningStatement(overrides));
  expect(staleActive.ageSeconds(sighting, threshold)).toBeNull();
  expect(staleActive.period(sighting)).toBe(sighting.backend.queryStart);
});

const notRunning = backendStates.filter((state) => state !== "active" && state !== "fastpath function call");

test.for(notRunning)("a session that is %s is not one", (state) => {
  const sighting = seen(aRunningStatement({ state }));
  expect(staleActive.ageSeconds(sighting, threshold)).toBeNull();
  expect(staleActive.period(sighting)).toBeNull();
});
