import { describe, expect, test } from "vitest";

import { attributionsOf } from "../../src/classify/attribution/remember.ts";
import { findBackends } from "../../src/classify/find-backends.ts";
import type { Finding } from "../../src/classify/finding.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { anIdleTransaction, aRunningStatement, seen } from "../support/a-sighting.ts";
import { rules, thresholds } from "../support/thresholds.ts";

const patient = { enabled: true, suspectAfterSeconds: 60, leakedAfterSeconds: 600 };

function found(backend: Backend, { blockedSessions = 0, judgedBy = rules } = {}): readonly Finding[] {
  const attributions = attributionsOf([backend], new Map(), []);
  return findBackends([seen(backend, { blockedSessions })], attributions, judgedBy);
}

/** The severity of an idle transaction of this age that blocks somebody, between these thresholds. */
function at(suspectAfterSeconds: number, leakedAfterSeconds: number, ageSeconds: number): string | undefined {
  const threshold = { enabled: true, suspectAfterSeconds, leakedAfterSeconds };
  const judgedBy = {
    defaults: { ...thresholds, idle_in_transaction: threshold },
    overrides: [],
    expected: [],
    markers: [],
  };
  const idle = anIdleTransaction({ stateSeconds: ageSeconds, xactSeconds: ageSeconds });
  return found(idle, { blockedSessions: 1, judgedBy })[0]?.findings.severity;
}

describe("an idle transaction that others wait for", () => {
  const judgedBy = {
    defaults: { ...thresholds, idle_in_transaction: patient },
    overrides: [],
    expected: [],
    markers: [],
  };
  const severityAt = (stateSeconds: number, blockedSessions: number): string | undefined =>
    found(anIdleTransaction({ stateSeconds, xactSeconds: stateSeconds }), { blockedSessions, judgedBy })[0]
      ?.findings.severity;

  test("is leaked after two minutes, whatever is configured beyond", () => {
    expect([severityAt(119, 1), severityAt(120, 1), severityAt(120, 0), severityAt(600, 0)]).toEqual([
      "suspect",
      "leaked",
      "suspect",
      "leaked",
    ]);
  });

  test("is leaked no earlier than it is suspected, and no later than it is configured", () => {
    expect(at(300, 600, 299)).toBeUndefined();
    expect(at(300, 600, 300)).toBe("leaked");
    expect(at(10, 30, 30)).toBe("leaked");
  });
});

test("a statement that others wait for is leaked when it is configured: it may be honest", () => {
  const judgedBy = {
    defaults: { ...thresholds, stale_active: patient },
    overrides: [],
    expected: [],
    markers: [],
  };
  const running = aRunningStatement({ querySeconds: 300, stateSeconds: 300, xactSeconds: 300 });
  expect(found(running, { blockedSessions: 5, judgedBy })[0]?.findings.severity).toBe("suspect");
});

test("of the kinds that fit a backend the first opens its episode", () => {
  const idle = anIdleTransaction({ stateSeconds: 30, xactSeconds: 100 });
  expect(found(idle).map(({ subject, opens }) => [subject.kind, opens])).toEqual([
    ["idle_in_transaction", true],
  ]);
  const working = aRunningStatement({ querySeconds: 15, stateSeconds: 9, xactSeconds: 100 });
  const kinds = found(working).map(({ subject, opens }) => [subject.kind, opens]);
  expect(kinds).toEqual([
    ["stale_active", true],
    ["long_transaction", false],
  ]);
});

test.for(["idle", "idle in transaction (aborted)"] as const)(
  "of a session that is %s no statement is shown: it may have failed, and be no SQL",
  (state) => {
    const head = "the dogs' password hunter2 /*route='/login'*/";
    const statement = { head, tail: null, isCut: false };
    const enabled = { enabled: true, suspectAfterSeconds: 1, leakedAfterSeconds: 2 };
    const judgedBy = {
      defaults: { ...thresholds, idle_too_long: enabled },
      overrides: [],
      expected: [],
      markers: [],
    };
    const backend = anIdleTransaction({ state, statement, xactStart: null, xactSeconds: null });
    const sighting = seen(backend, { isUnderPressure: true });
    const findings = findBackends([sighting], attributionsOf([backend], new Map(), []), judgedBy);
    expect(findings.map(({ findings: { redactedStatement } }) => redactedStatement)).toEqual([null]);
  },
);

test("a finding says what it costs, what its session said, and no literal", () => {
  const head = "UPDATE users SET token = 'secret' WHERE id = 7 /*route='/login'*/";
  const [finding] = found(anIdleTransaction({ statement: { head, tail: null, isCut: false }, xidAge: 5 }));
  expect(finding?.findings).toMatchObject({
    harm: { level: "vacuum", horizonAge: 5 },
    redactedStatement: "UPDATE users SET token = ? WHERE id = ?",
  });
  expect(finding?.findings.commentKeys.get("route")).toBe("/login");
  expect(finding?.findings.hasCurrentKeys).toBe(true);
});

test("what a session said in another transaction is shown, and marked as no longer current", () => {
  const statement = { head: "SELECT 1 /*route='/login'*/", tail: null, isCut: false };
  const before = anIdleTransaction({ statement, queryStart: "q1", xactStart: "x1" });
  const now = anIdleTransaction({
    statement: { ...statement, head: "BEGIN" },
    queryStart: "q2",
    xactStart: "x2",
  });
  const attributions = attributionsOf([now], attributionsOf([before], new Map(), []), []);
  const [finding] = findBackends([seen(now)], attributions, rules);
  expect(finding?.findings).toMatchObject({
    commentKeys: new Map([["route", "/login"]]),
    hasCurrentKeys: false,
    expectation: null,
    mayDeclare: false,
  });
});
