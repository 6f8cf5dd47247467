import { describe, expect, test } from "vitest";

import { idleTooLong } from "../../../src/classify/detectors/idle-too-long.ts";
import type { Sighting } from "../../../src/classify/sighting.ts";
import { aBackend } from "../../support/a-backend.ts";
import { anIdleTransaction, aRunningStatement, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const idle = aBackend({ stateSeconds: 7200 });
const scarce: Partial<Sighting> = { isUnderPressure: true };

function ageOf(backend = idle, overrides = scarce): number | null {
  return idleTooLong.ageSeconds(seen(backend, overrides), thresholds.idle_too_long);
}

describe("a session that rests for very long", () => {
  test("is as old as its rest, while slots are scarce", () => {
    expect(ageOf()).toBe(7200);
    expect(idleTooLong.period(seen(idle))).toBe(idle.stateChange);
  });

  test("is nobody's business while there are slots for all", () => {
    expect(ageOf(idle, {})).toBeNull();
  });

  test("is spared while it listens or holds an advisory lock", () => {
    expect(ageOf(idle, { ...scarce, isOnDuty: true })).toBeNull();
  });

  test("is not spared for an address in its application name, which it may have written there itself", () => {
    expect(ageOf({ ...idle, pooledClientAddr: "10.0.0.9" })).toBe(7200);
  });
});

test.for([
  ["a session that was never used", aBackend({ queryStart: null })],
  ["a transaction", anIdleTransaction()],
  ["a running statement", aRunningStatement()],
] as const)("%s is not named so", ([, backend]) => {
  expect(ageOf(backend)).toBeNull();
  expect(idleTooLong.period(seen(backend, scarce))).toBeNull();
});
