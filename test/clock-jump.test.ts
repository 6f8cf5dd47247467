import { describe, expect, test } from "vitest";

import { classify } from "../src/classify/classify.ts";
import { emptyMemory, type Memory } from "../src/classify/memory.ts";
import type { ThresholdRules } from "../src/classify/thresholds.ts";
import { emptyLeash, type Leash } from "../src/decide/leash.ts";
import type { Rule } from "../src/decide/policy.ts";
import { situationOf } from "../src/situate.ts";
import { aBackend } from "./support/a-backend.ts";
import { aPolicy, aRule, permitted } from "./support/a-case.ts";
import { aRecordedLook } from "./support/a-recorded-look.ts";
import { aLook, lookOf } from "./support/a-snapshot.ts";
import { decided, endedBy } from "./support/decided.ts";
import { judging, rules } from "./support/thresholds.ts";
import { aGroup } from "./support/a-view.ts";

type Course = {
  readonly rule: Partial<Rule>;
  readonly thresholds?: ThresholdRules;
  /** How far the server's clock is wrong at this time. */
  readonly wrongBy: (realSeconds: number) => number;
  /** When the session went idle; the first look is at 0. */
  readonly idleSinceSeconds?: number;
};

/** How old the session is in truth when it is ended, of looks each ten seconds; `null` if it is not within half an hour. */
function realAgeWhenEnded({
  rule,
  thresholds = rules,
  wrongBy,
  idleSinceSeconds = -5,
}: Course): number | null {
  const policy = aPolicy({ rules: [aRule({ minSightings: 3, ...rule })] });
  let memory: Memory = emptyMemory();
  let leash: Leash = emptyLeash;
  for (let real = 0; real <= 1800; real += 10) {
    // By the clock of the server, as it showed then and as it shows now.
    const began = idleSinceSeconds + wrongBy(idleSinceSeconds);
    const age = Math.max(0, real + wrongBy(real) - began);
    const backend = aBackend({
      state: "idle in transaction",
      xactStart: "2026-01-01 00:00:01.000001+00",
      stateSeconds: age,
      xactSeconds: age,
      querySeconds: age,
    });
    const candidates = real < idleSinceSeconds ? [] : [backend];
    const snapshot = { ...aLook(real + wrongBy(real), ...candidates), groups: [aGroup({ sessions: 100 })] };
    const reading = aRecordedLook(lookOf(snapshot), { sinceLastLookSeconds: real === 0 ? null : 10 });
    const verdict = classify(reading.look, memory, { ...judging, thresholds, ...reading });
    const situation = situationOf(
      reading,
      { before: memory, verdict },
      { server: "main", permits: permitted },
    );
    const { plan, leash: after } = decided(leash, situation, { policy });
    if (endedBy(plan).length > 0) return real - idleSinceSeconds;
    [memory, leash] = [verdict.memory, after];
  }
  return null;
}

const hourAhead = (real: number): number => (real >= 20 ? 3600 : 0);
const oftenAhead = (real: number): number => 6 * Math.max(0, Math.floor(real / 60));
const littleAhead = (real: number): number => (real >= 20 ? 15 : 0);

describe("E23: a session that was idle before the server's clock went ahead is ended no earlier for it", () => {
  test.for([
    ["not at all", () => 0],
    ["an hour", hourAhead],
    ["so little that sight is kept", littleAhead],
    ["an hour, in steps", (real: number) => 600 * Math.max(0, Math.min(6, Math.floor(real / 50)))],
    ["an hour, after it had gone back", (real: number) => (real >= 20 && real < 60 ? -3600 : 0)],
    ["an hour, and back", (real: number) => (real >= 20 && real < 60 ? 3600 : 0)],
  ] as const)("%s", ([, wrongBy]) => {
    const rule = { minAgeSeconds: 600, minFollowedSeconds: 60, warnForSeconds: 60 };
    expect(realAgeWhenEnded({ rule, wrongBy })).toBeGreaterThanOrEqual(600);
    // Nor much later: what the clock was set ahead is known.
    expect(realAgeWhenEnded({ rule, wrongBy })).toBeLessThanOrEqual(730);
  });

  test("by the age from which on it is leaked", () => {
    const slow = { enabled: true, suspectAfterSeconds: 10, leakedAfterSeconds: 900 };
    const thresholds = { ...rules, defaults: { ...rules.defaults, idle_in_transaction: slow } };
    const rule = { minAgeSeconds: 60 };
    expect(realAgeWhenEnded({ rule, thresholds, wrongBy: hourAhead })).toBeGreaterThanOrEqual(900);
  });

  test("by how long it was followed", () => {
    const rule = { minAgeSeconds: 60, minFollowedSeconds: 120 };
    expect(realAgeWhenEnded({ rule, wrongBy: () => 0 })).toBe(135);
    expect(realAgeWhenEnded({ rule, wrongBy: littleAhead })).toBe(135);
  });
});

test("E23: one that went idle after many small jumps is as old as it looks, less the later ones", () => {
  const rule = { minAgeSeconds: 600 };
  expect(realAgeWhenEnded({ rule, wrongBy: oftenAhead, idleSinceSeconds: 605 })).toBe(605);
});

test("E23: one that went idle after the jump is as old as it looks", () => {
  const rule = { minAgeSeconds: 600 };
  expect(realAgeWhenEnded({ rule, wrongBy: hourAhead, idleSinceSeconds: 100 })).toBe(600);
});
