import { describe, expect, test } from "vitest";

import { harmOf } from "../../src/classify/harm.ts";
import { aBackend } from "../support/a-backend.ts";
import { anIdleTransaction, aRunningStatement } from "../support/a-sighting.ts";

const said = (head: string) => ({ statement: { head, tail: null, isCut: false } });

/** As the server shows each rung; `test/integration/harm.test.ts` proves on real servers what each of them costs. */
const rungs = [
  ["after BEGIN", anIdleTransaction(said("BEGIN")), "slot"],
  ["after a SELECT", anIdleTransaction(said("SELECT 1")), "ddl"],
  ["after a statement that is not shown", anIdleTransaction({ statement: null }), "ddl"],
  ["after a SELECT in REPEATABLE READ", anIdleTransaction({ xminAge: 3 }), "vacuum"],
  ["after a BEGIN that imported a snapshot", anIdleTransaction({ ...said("BEGIN"), xminAge: 3 }), "vacuum"],
  ["after a write", anIdleTransaction({ xidAge: 3 }), "vacuum"],
  ["aborted", anIdleTransaction({ state: "idle in transaction (aborted)", xactStart: null }), "slot"],
  [
    "aborted in a savepoint after a SELECT",
    anIdleTransaction({ state: "idle in transaction (aborted)" }),
    "ddl",
  ],
  [
    "aborted in a savepoint after a write",
    anIdleTransaction({ state: "idle in transaction (aborted)", xidAge: 3 }),
    "vacuum",
  ],
  ["running", aRunningStatement({ xminAge: 1 }), "vacuum"],
  ["idle", aBackend(), "slot"],
] as const;

describe("harm", () => {
  test.for(rungs)("%s", ([, backend, level]) => {
    expect(harmOf(backend, 0).level).toBe(level);
  });

  test.for(rungs)("%s, while others wait for it", ([, backend]) => {
    expect(harmOf(backend, 2)).toMatchObject({ level: "blocking", blockedSessions: 2 });
  });

  test("tells the oldest horizon that is held, be it by an id or by a snapshot", () => {
    expect(harmOf(aRunningStatement({ xidAge: 3, xminAge: 5 }), 0).horizonAge).toBe(5);
    expect(harmOf(aRunningStatement({ xidAge: 0 }), 0)).toMatchObject({ level: "vacuum", horizonAge: 0 });
    expect(harmOf(anIdleTransaction(), 0).horizonAge).toBeNull();
  });

  test("puts at risk the time that a transaction was at work before it went idle", () => {
    expect(harmOf(anIdleTransaction({ xactSeconds: 100, stateSeconds: 30 }), 0).workAtRiskSeconds).toBe(70);
    expect(harmOf(anIdleTransaction({ xactSeconds: 30, stateSeconds: 30.01 }), 0).workAtRiskSeconds).toBe(0);
    expect(harmOf(anIdleTransaction({ xactSeconds: null }), 0).workAtRiskSeconds).toBeNull();
    expect(harmOf(aRunningStatement(), 0).workAtRiskSeconds).toBeNull();
  });
});
