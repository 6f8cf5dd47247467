import { describe, expect, test } from "vitest";

import { nobodyExpected, seenExpected } from "../../src/classify/expected-sessions.ts";
import { findBackends } from "../../src/classify/find-backends.ts";
import { backendKinds, type BackendKind } from "../../src/classify/kind.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { anIdleTransaction, aRunningStatement, seen } from "../support/a-sighting.ts";
import { rules } from "../support/thresholds.ts";

function expecting(forSeconds: number, kinds: readonly BackendKind[] = backendKinds): ThresholdRules {
  return { ...rules, expected: [{ matches: () => true, kinds, forSeconds, reason: null }] };
}

const allowing: ThresholdRules = {
  ...rules,
  markers: [{ matches: ({ usename }) => usename === "app", atMostSeconds: 3600, inAllSeconds: 3600 }],
};

function saying(marker: string, overrides = {}) {
  const statement = { head: `/* pgleash:expect=${marker} */ SELECT 1`, tail: null, isCut: false };
  return seen(anIdleTransaction({ statement, querySeconds: 31, ...overrides }));
}

function named(sighting: ReturnType<typeof seen>, judgedBy: ThresholdRules) {
  return findBackends([sighting], new Map(), judgedBy).map(({ subject }) => subject.kind);
}

/** Of an idle transaction of this role. */
function mayDeclare(usename: string | null, judgedBy: ThresholdRules) {
  const findings = findBackends([seen(anIdleTransaction({ usename }))], new Map(), judgedBy);
  return findings.map(({ findings: { mayDeclare: may } }) => may);
}

describe("a session that is expected", () => {
  const idle = seen(anIdleTransaction({ stateSeconds: 70, xactSeconds: 71 }));

  test("is no suspect, and counted with what it would be", () => {
    expect(named(idle, rules)).toEqual(["idle_in_transaction"]);
    expect(named(idle, expecting(100))).toEqual([]);
    expect(seenExpected([idle], expecting(100)).sessions).toEqual([
      {
        backend: idle.backend,
        kind: "idle_in_transaction",
        severity: "leaked",
        ageSeconds: 70,
        expectation: { source: "configuration", leftSeconds: 30, reason: null },
      },
    ]);
  });

  test("is judged by its thresholds as soon as its time is over", () => {
    expect(seenExpected([idle], expecting(70))).toEqual(nobodyExpected);
    expect(findBackends([idle], new Map(), expecting(70))).toMatchObject([
      { findings: { severity: "leaked", expectation: null } },
    ]);
  });

  test("is a suspect all the same while others wait for it, and known to be expected", () => {
    const blocking = { ...idle, blockedSessions: 2 };
    expect(findBackends([blocking], new Map(), expecting(100))).toMatchObject([
      {
        findings: {
          severity: "leaked",
          harm: { level: "blocking" },
          expectation: { source: "configuration", leftSeconds: 30 },
        },
      },
    ]);
    expect(seenExpected([blocking], expecting(100)).sessions).toEqual([]);
  });

  test("is a suspect of the kinds for which nobody expects it", () => {
    expect(named(idle, expecting(100, ["stale_active"]))).toEqual(["idle_in_transaction"]);
    expect(seenExpected([idle], expecting(100, ["stale_active"])).sessions).toEqual([]);
    // Its idle time is expected, its transaction is not: both clocks count.
    const old = seen(anIdleTransaction({ stateSeconds: 11, xactSeconds: 400 }));
    const patient = { ...rules.defaults.long_transaction, suspectAfterSeconds: 60 };
    const both = { ...rules, defaults: { ...rules.defaults, long_transaction: patient } };
    const idleOnly = { ...both, expected: expecting(100, ["idle_in_transaction"]).expected };
    expect(named(old, both)).toEqual(["idle_in_transaction", "long_transaction"]);
    expect(named(old, idleOnly)).toEqual(["long_transaction"]);
    expect(seenExpected([old], idleOnly).sessions).toEqual([]);
  });

  test("is no safer once others wait for it: a kind for which nobody expects it opens before one that is expected", () => {
    const old = seen(anIdleTransaction({ stateSeconds: 11, xactSeconds: 400 }));
    const patient = { ...rules.defaults.long_transaction, suspectAfterSeconds: 60 };
    const work = expecting(100, ["idle_in_transaction"]).expected;
    const judgedBy = {
      ...rules,
      defaults: { ...rules.defaults, long_transaction: patient },
      expected: work,
    };
    const opened = (blockedSessions: number, all = judgedBy) =>
      findBackends([{ ...old, blockedSessions }], new Map(), all)
        .filter(({ opens }) => opens)
        .map(({ subject, findings }) => [subject.kind, findings.expectation === null]);
    expect([opened(0), opened(2)]).toEqual([[["long_transaction", true]], [["long_transaction", true]]]);
    expect(opened(2, { ...judgedBy, expected: expecting(1000).expected })).toEqual([
      ["idle_in_transaction", false],
    ]);
  });

  test("is counted only where it would be named", () => {
    const young = seen(anIdleTransaction({ stateSeconds: 9, xactSeconds: 9 }));
    expect(seenExpected([young], expecting(100))).toEqual(nobodyExpected);
  });
});

describe("a session that says how long it takes", () => {
  test("is no suspect while that holds, whatever it does", () => {
    expect(named(saying("10m"), allowing)).toEqual([]);
    expect(named(saying("31s"), allowing)).toEqual(["idle_in_transaction"]);
    const { statement } = saying("10m").backend;
    expect(named(seen(aRunningStatement({ statement })), allowing)).toEqual([]);
    expect(named(seen(aRunningStatement()), allowing)).toEqual(["stale_active"]);
  });

  test("is a suspect as ever where nobody allows it", () => {
    expect(named(saying("10m"), rules)).toEqual(["idle_in_transaction"]);
    expect(named(saying("10m", { usename: "other" }), allowing)).toEqual(["idle_in_transaction"]);
    expect(seenExpected([saying("10m")], rules)).toBe(nobodyExpected);
  });

  test("is counted by what it is worth, expected or not", () => {
    const sightings = [
      saying("10m"),
      saying("10m", { stateSeconds: 1, xactSeconds: 1, querySeconds: 1 }),
      saying("2h"),
      saying("1s"),
      saying("soon"),
      saying("1h */ /* pgleash:expect=2h"),
      saying("1h", { usename: "other" }),
      seen(anIdleTransaction()),
    ];
    const { markers, sessions } = seenExpected(sightings, allowing);
    expect(markers).toEqual({ held: 2, capped: 1, over: 1, malformed: 1, repeated: 1, not_allowed: 1 });
    expect(sessions.map(({ expectation }) => expectation.source)).toEqual(["comment", "comment"]);
  });

  test("may say so with its next statement, wherever markers of it are believed", () => {
    expect([mayDeclare("app", allowing), mayDeclare("other", allowing)]).toEqual([[true], [false]]);
    expect([mayDeclare(null, allowing), mayDeclare("app", rules)]).toEqual([[false], [false]]);
  });
});
