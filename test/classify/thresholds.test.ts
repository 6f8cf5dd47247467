import { expect, test } from "vitest";
import { candidateAges } from "../../src/classify/candidate-ages.ts";
import { leakKinds } from "../../src/classify/kind.ts";
import { builtInThresholds, thresholdFor, type ThresholdOverride } from "../../src/classify/thresholds.ts";
import { aBackend } from "../support/a-backend.ts";
import { thresholds } from "../support/thresholds.ts";

function override(seconds: number, applicationName: string): ThresholdOverride {
  return {
    matches: (backend) => backend.applicationName === applicationName,
    thresholds: {
      idle_in_transaction: { enabled: true, suspectAfterSeconds: seconds, leakedAfterSeconds: seconds },
    },
  };
}

test("the first override that matches and names the kind decides", () => {
  const rules = {
    defaults: thresholds,
    overrides: [override(1, "etl"), override(2, "web-1"), override(3, "web-1")],
    expected: [],
    markers: [],
  };
  expect(thresholdFor(rules, aBackend(), "idle_in_transaction").suspectAfterSeconds).toBe(2);
});

test("what no override names keeps the default", () => {
  const rules = { defaults: thresholds, overrides: [override(2, "web-1")], expected: [], markers: [] };
  expect(thresholdFor(rules, aBackend(), "stale_active")).toBe(thresholds.stale_active);
  expect(thresholdFor(rules, aBackend({ applicationName: null }), "idle_in_transaction")).toBe(
    thresholds.idle_in_transaction,
  );
});

test("a look asks for sessions as young as any override names them", () => {
  const rules = { defaults: thresholds, overrides: [override(2, "web-1")], expected: [], markers: [] };
  expect(candidateAges(rules, true)).toEqual({
    idleInTransactionSeconds: 2,
    activeSeconds: 10,
    transactionSeconds: 10,
    neverUsedSeconds: 10,
    idleSeconds: 10,
    quietSeconds: 10,
  });
});

test("a look asks for nothing that is turned off everywhere", () => {
  const off = { ...thresholds.stale_active, enabled: false };
  const rules = { defaults: { ...thresholds, stale_active: off }, overrides: [], expected: [], markers: [] };
  expect(candidateAges(rules, false).activeSeconds).toBe(Infinity);
});

test("a look asks for idle sessions only while slots are scarce", () => {
  expect(
    candidateAges({ defaults: thresholds, overrides: [], expected: [], markers: [] }, false).idleSeconds,
  ).toBe(Infinity);
});

test.for(leakKinds)(
  "built in, %s is suspected before it is leaked, and enabled unless a pool looks the same",
  (kind) => {
    const { enabled, suspectAfterSeconds, leakedAfterSeconds } = builtInThresholds[kind];
    expect(enabled).toBe(kind !== "idle_too_long");
    expect(suspectAfterSeconds).toBeLessThan(leakedAfterSeconds);
  },
);
