import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { Decision, Plan } from "../../src/decide/plan.ts";
import { builtInFloors, type Floors } from "../../src/decide/policy.ts";
import type { Permits } from "../../src/decide/situation.ts";
import { lookLine, readLookLine } from "../../src/record/look-line.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import {
  dryRun,
  firstReplayMemory,
  replayLook,
  type Replayed,
  type ReplayRules,
} from "../../src/record/replay.ts";
import { aPolicy, aRule, permitted } from "../support/a-case.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { arbitraryPolicy, arbitraryRules } from "../support/arbitrary-policy.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { randomFrom, randomLooks } from "../support/random-looks.ts";
import { judging } from "../support/thresholds.ts";
import { withoutFields } from "../support/without-fields.ts";

const numRuns = process.env["PGLEASH_TIER"] === undefined ? 400 : 10_000;

const noFloors: Floors = {
  ...builtInFloors,
  idle_in_transaction_aborted: 0,
  idle_in_transaction: 0,
  stalled_client: 0,
  stale_active: 0,
  long_transaction: 0,
  never_used: 0,
  idle_too_long: 0,
};

/** A sequence of looks of a few processes. Our clock mostly agrees with the server's. */
const recordings: fc.Arbitrary<readonly RecordedLook[]> = fc
  .tuple(fc.integer(), fc.integer({ min: 2, max: 12 }), fc.constantFrom(0, 0, 0, 6))
  .map(([seed, restart, driftSeconds]) => {
    const looks = randomLooks(randomFrom(seed));
    return looks.map((look, index) => {
      const since = look.snapshot.takenAtSeconds - (looks[index - 1]?.snapshot.takenAtSeconds ?? 0);
      const sinceLastLookSeconds = index % restart === 0 ? null : since + driftSeconds;
      return aRecordedLook(look, { sinceLastLookSeconds });
    });
  });

/** Rules that many a random look passes, and now and then the narrow ones of other tests. */
const rulesToTry: fc.Arbitrary<ReplayRules> = fc
  .oneof(
    fc.constant(aPolicy({ rules: [aRule({ minAgeSeconds: 0 })] })),
    fc.constant(aPolicy({ rules: [aRule({ minAgeSeconds: 0, warnForSeconds: 10 })] })),
    arbitraryRules.chain(arbitraryPolicy),
  )
  .map((policy) => {
    return { ...judging, policy, floors: noFloors };
  });

function replayAll(
  looks: readonly RecordedLook[],
  rules: ReplayRules,
  permits: Permits = dryRun,
): readonly Replayed[] {
  let memory = firstReplayMemory;
  return looks.map((look) => {
    const replayed = replayLook(deepFreeze(look), memory, { rules, permits });
    memory = deepFreeze(replayed.after);
    return replayed;
  });
}

function plansOf(all: readonly Replayed[]): readonly Plan[] {
  return all.map(({ plan }) => plan);
}

function writtenAndRead(look: RecordedLook, { after }: Replayed): RecordedLook {
  const read = readLookLine(lookLine(look, after.memory.attributions).trimEnd());
  if (read.type !== "look") throw new Error(`the line is ${read.type}`);
  return read.look;
}

test("E3: what was written and read again replays to the same plans", () => {
  let decisions = 0;
  fc.assert(
    fc.property(recordings, rulesToTry, (looks, rules) => {
      const live = replayAll(looks, rules);
      const written = looks.flatMap((look, index) =>
        live.slice(index, index + 1).map((one) => writtenAndRead(look, one)),
      );
      const [plans, again] = [live, replayAll(written, rules)].map(plansOf);
      // A random session is out of a failed transaction without a new statement: no text is kept of the old one.
      const texts = ["statement", "redactedStatement"];
      expect(withoutFields(again, ...texts)).toEqual(withoutFields(plans, ...texts));
      decisions += live.flatMap(({ plan }) => plan.decisions).length;
    }),
    { numRuns },
  );
  expect(decisions).toBeGreaterThan(numRuns);
});

/** What must be the same in both modes: who, by which rule, and why they are spared. An act is spared by the last guard. */
function sameInBothModes(decision: Decision): readonly unknown[] {
  const { episode, rule } = decision;
  return [episode, rule, decision.type === "act" ? "dry_run" : decision.reason];
}

test("E2: enforcing gives the plans of the dry run, but for the last guard on the first act of each episode", () => {
  let acts = 0;
  fc.assert(
    fc.property(recordings, rulesToTry, (looks, rules) => {
      const dry = plansOf(replayAll(looks, rules));
      const enforced = plansOf(replayAll(looks, rules, permitted));
      const [told, toldDry] = [enforced, dry].map((plans) => plans.map(({ notices }) => notices));
      expect(withoutFields(told, "mode")).toEqual(withoutFields(toldDry, "mode"));
      expect(enforced.map(({ decisions }) => decisions.map(sameInBothModes))).toEqual(
        dry.map(({ decisions }) => decisions.map(sameInBothModes)),
      );
      expect(dry.flatMap(({ decisions }) => decisions).filter(({ type }) => type === "act")).toEqual([]);
      const reasons = enforced.flatMap(({ decisions }) => decisions).map(sameInBothModes);
      const done = enforced.flatMap(({ decisions }) => decisions).filter(({ type }) => type === "act");
      expect(done.length).toBe(reasons.filter(([, , reason]) => reason === "dry_run").length);
      acts += done.length;
    }),
    { numRuns },
  );
  expect(acts).toBeGreaterThan(numRuns / 100);
});
