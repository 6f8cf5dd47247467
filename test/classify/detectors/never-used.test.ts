import { describe, expect, test } from "vitest";

import { neverUsed } from "../../../src/classify/detectors/never-used.ts";
import type { Backend } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";
import { anIdleTransaction, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const threshold = thresholds.never_used;

function unused(overrides: Partial<Backend> = {}): Backend {
  return aBackend({ queryStart: null, querySeconds: null, stateSeconds: 700, ...overrides });
}

describe("a session that never ran a statement", () => {
  test("is as old as its connection is idle", () => {
    expect(neverUsed.ageSeconds(seen(unused()), threshold)).toBe(700);
  });

  test("is the same leak until it does something", () => {
    expect(neverUsed.period(seen(unused()))).toBe(aBackend().stateChange);
    expect(neverUsed.period(seen(aBackend()))).toBeNull();
  });
});

test.for([
  ["a session that ran a statement", aBackend({ stateSeconds: 700 })],
  ["a transaction", anIdleTransaction({ queryStart: null })],
  ["a session that is logging in", unused({ state: "starting" })],
  ["a session whose activity is not tracked", unused({ state: "disabled", stateSeconds: null })],
  ["a hidden session", unused({ state: "unknown", stateSeconds: null })],
] as const)("%s is not named", ([, backend]) => {
  expect(neverUsed.ageSeconds(seen(backend), threshold)).toBeNull();
  expect(neverUsed.period(seen(backend))).toBeNull();
});
