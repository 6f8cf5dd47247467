import { describe, expect, test } from "vitest";

import { markerResults, type Expectation } from "../../src/classify/expectation.ts";
import { nobodyExpected } from "../../src/classify/expected-sessions.ts";
import { backendKinds } from "../../src/classify/kind.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { explanation } from "../../src/expose/explain-json.ts";
import { explanationLines } from "../../src/expose/explain-text.ts";
import { markerTexts } from "../../src/expose/expectation-text.ts";
import { suspectsJson } from "../../src/expose/suspects-json.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { rowsOf } from "../support/a-metric.ts";
import { anIdleTransaction, seen } from "../support/a-sighting.ts";
import {
  aHarm,
  anExpectedSession,
  aProbe,
  aReport,
  aServerView,
  aSuspect,
  aView,
} from "../support/a-view.ts";
import { rules } from "../support/thresholds.ts";

const promised: Expectation = { source: "configuration", leftSeconds: 29.9995, reason: "month end" };

function explained(backend: Backend, thresholds: ThresholdRules, blockedSessions = 0) {
  const sighting = seen(backend, { blockedSessions });
  const report = aReport({ sightings: [sighting], thresholds });
  const { pid } = backend.id;
  return explanation(report, { server: "db1", pid, probe: aProbe(), isEnforceFlagged: false });
}

describe("explain", () => {
  const work = { matches: () => true, kinds: backendKinds, forSeconds: 100, reason: "month end" };
  const expecting: ThresholdRules = { ...rules, expected: [work] };
  const idle = anIdleTransaction({ stateSeconds: 70, xactSeconds: 70 });

  /** What an idle transaction of this age is called next, and when, if it is expected until that age. */
  const inSeconds = (ageSeconds: number, forSeconds: number) => {
    const young = anIdleTransaction({ stateSeconds: ageSeconds, xactSeconds: ageSeconds });
    const { kinds } = explained(young, { ...rules, expected: [{ ...work, forSeconds }] });
    return kinds.find(({ kind }) => kind === "idle_in_transaction")?.next;
  };

  test("says of whoever is expected that it is no suspect, why, and what it will be", () => {
    const shown = explained(idle, expecting);
    expect(shown.kinds.find(({ kind }) => kind === "idle_in_transaction")).toMatchObject({
      severity: null,
      next: { severity: "leaked", in_seconds: 30 },
      expected: { source: "configuration", left_seconds: 30, reason: "month end" },
    });
    const lines = explanationLines(shown);
    expect(lines).toContain(
      "It is no suspect: it is expected for another 30s by the configuration (month end). Nearest is idle_in_transaction, leaked in 30s if nothing changes.",
    );
    expect(lines).toContain(
      "  idle_in_transaction: not named at 70s (suspect after 10s, leaked after 60s); expected for another 30s by the configuration (month end); leaked in 30s",
    );
  });

  test("says when a young one will be a suspect: once it is old enough, and no longer expected", () => {
    expect(inSeconds(4, 8)).toEqual({ severity: "suspect", in_seconds: 6 });
    expect(inSeconds(4, 40)).toEqual({ severity: "suspect", in_seconds: 36 });
    expect(inSeconds(4, 61)).toEqual({ severity: "leaked", in_seconds: 57 });
  });

  test("says what is left of the time in one figure, wherever it stands", () => {
    const aged = anIdleTransaction({ stateSeconds: 120.6, xactSeconds: 120.6 });
    const long: ThresholdRules = { ...rules, expected: [{ ...work, forSeconds: 21_600, reason: null }] };
    expect(explanationLines(explained(aged, long))).toContain(
      "It is no suspect: it is expected for another 5h58m by the configuration. Nearest is idle_in_transaction, leaked in 5h58m if nothing changes.",
    );
  });

  test("says of one that others wait for that it is named, and expected, and why", () => {
    const shown = explained(idle, expecting, 2);
    expect(shown.backend?.blocked_sessions).toBe(2);
    expect(explanationLines(shown)).toContain(
      "  idle_in_transaction: leaked at 70s (suspect after 10s, leaked after 60s); expected for another 30s by the configuration (month end), told of all the same, because 2 sessions wait for it",
    );
  });

  test("says of a suspect that is expected why it is told of", () => {
    const backend = idle;
    const suspects = [
      aSuspect({ backend, expectation: promised, harm: aHarm({ level: "blocking", blockedSessions: 1 }) }),
    ];
    const sightings = [seen(backend, { blockedSessions: 1 })];
    const report = aReport({ sightings, suspects, thresholds: expecting });
    const asked = { server: "db1", pid: backend.id.pid, probe: aProbe(), isEnforceFlagged: false };
    expect(explanationLines(explanation(report, asked))).toContain(
      "It is expected for another 30s by the configuration (month end), and told of all the same, because 1 session waits for it.",
    );
  });

  test.for([
    ["10m", "held"],
    ["2h", "capped"],
    ["1s", "over"],
    ["soon", "malformed"],
    ["1h */ /* pgleash:expect=2h", "repeated"],
  ] as const)("says what the session's own word is worth: %s is %s", ([word, result]) => {
    const statement = { head: `/* pgleash:expect=${word} */ SELECT 1`, tail: null, isCut: false };
    const allowance = { matches: () => true, atMostSeconds: 3600, inAllSeconds: 3600 };
    const backend = anIdleTransaction({ statement, querySeconds: 70 });
    const shown = explained(backend, { ...rules, markers: [allowance] });
    expect(shown.marker).toBe(result);
    expect(explanationLines(shown)).toContain(markerTexts[result]);
    const refused = explained(backend, { ...rules, markers: [{ ...allowance, matches: () => false }] });
    expect(refused.marker).toBe("not_allowed");
    expect(explanationLines(refused)).toContain(markerTexts.not_allowed);
    expect(explained(backend, rules).marker).toBeNull();
  });
});

describe("the API", () => {
  test("has whoever is expected, and what is expected of a suspect", () => {
    const expected = { ...nobodyExpected, sessions: [anExpectedSession({ expectation: promised })] };
    const suspects = [aSuspect({ expectation: { ...promised, source: "comment", reason: null } })];
    const shown = suspectsJson([
      aServerView({ server: "db1", report: aReport({ expected, suspects }) }),
      aServerView({ server: "db2", report: null }),
    ]);
    expect(shown.expected).toEqual([
      {
        server: "db1",
        kind: "idle_in_transaction",
        severity: "suspect",
        age_seconds: 125,
        pid: 4242,
        backend_start: expect.any(String),
        datname: "shop",
        usename: "reports",
        application_name: "web-1",
        client_addr: "10.0.0.7",
        state: "idle in transaction",
        expected: { source: "configuration", left_seconds: 30, reason: "month end" },
      },
    ]);
    expect(shown.suspects).toMatchObject([
      { expected: { source: "comment", left_seconds: 30, reason: null } },
    ]);
  });
});

test("the page counts them by who said so, and markers by what they are worth, the others at 0", () => {
  const sessions = [
    anExpectedSession(),
    anExpectedSession({ expectation: { ...promised, source: "comment" } }),
  ];
  const markers = { ...nobodyExpected.markers, held: 3, not_allowed: 1 };
  const view = aView({ servers: [aServerView({ report: aReport({ expected: { sessions, markers } }) })] });
  expect(rowsOf("pgleash_expected_sessions", view, "source")).toEqual([
    ["configuration", 1],
    ["application_name", 0],
    ["comment", 1],
  ]);
  expect(rowsOf("pgleash_expect_markers", view, "result")).toEqual(
    markerResults.map((result) => [result, markers[result]]),
  );
});
