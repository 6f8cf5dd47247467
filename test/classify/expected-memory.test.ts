import { describe, expect, test } from "vitest";

import { classify, type Verdict } from "../../src/classify/classify.ts";
import { emptyMemory, followedPids } from "../../src/classify/memory.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aRunningStatement } from "../support/a-sighting.ts";
import { aLook, lookOf } from "../support/a-snapshot.ts";
import { judging, rules } from "../support/thresholds.ts";

const off = { enabled: false, suspectAfterSeconds: 10, leakedAfterSeconds: 60 };

/** Of a session that works: a transaction is all that it can be named for. */
const allowing: ThresholdRules = {
  ...rules,
  defaults: { ...rules.defaults, stale_active: off },
  markers: [{ matches: () => true, atMostSeconds: 3600, inAllSeconds: 3600 }],
};

/** A transaction of second 0 at this second, with a new statement that says this. */
function saying(at: number, comment: string, overrides: Partial<Backend> = {}): Backend {
  const statement = { head: `${comment} SELECT 1`, tail: null, isCut: false };
  return aRunningStatement({ statement, querySeconds: 1, stateSeconds: 1, xactSeconds: at, ...overrides });
}

const NOTHING = "";
const LONGER = "/* pgleash:expect=5s */";

/** The looks at these seconds, and what the session said by each. */
function judge(said: readonly (readonly [at: number, comment: string])[], outOfTurn: readonly number[] = []) {
  const verdicts: Verdict[] = [];
  for (const [at, comment] of said) {
    const options = { ...judging, thresholds: allowing, isOutOfTurn: outOfTurn.includes(at) };
    const memory = verdicts.at(-1)?.memory ?? emptyMemory();
    verdicts.push(classify(lookOf(aLook(at, saying(at, comment))), memory, options));
  }
  return verdicts;
}

function followed(verdict: Verdict | undefined) {
  return verdict?.suspects.map(({ sightings, firstSeenSeconds }) => [
    sightings,
    firstSeenSeconds - 1_800_000_000,
  ]);
}

describe("E36: what was seen before a session said that it takes long", () => {
  test("counts no more once that is over: it is followed anew", () => {
    const verdicts = judge([
      [60, NOTHING],
      [70, NOTHING],
      [80, LONGER],
      [90, LONGER],
      [100, NOTHING],
      [110, NOTHING],
    ]);
    expect(verdicts.map(followed)).toEqual([[[1, 60]], [[2, 60]], [], [], [[1, 100]], [[2, 100]]]);
    // Nor is it another leak: its transaction is the same.
    expect(verdicts.flatMap(({ events }) => events.map(({ type }) => type))).toEqual(["suspected", "leaked"]);
  });

  test("counts no more either where a look between the two could not name it", () => {
    const first = judge([
      [60, NOTHING],
      [70, LONGER],
    ]).at(-1)?.memory;
    const options = { ...judging, thresholds: allowing };
    const locked = saying(80, NOTHING, { waitEventType: "Lock", waitEvent: "tuple" });
    const hidden = classify(lookOf(aLook(80, locked)), first ?? emptyMemory(), options);
    expect(hidden.suspects).toEqual([]);
    const after = classify(lookOf(aLook(95, saying(95, NOTHING))), hidden.memory, options);
    expect(followed(after)).toEqual([[1, 95]]);
  });

  test("counts no more at a look out of turn, which is no sighting itself", () => {
    const verdicts = judge(
      [
        [60, NOTHING],
        [70, LONGER],
        [80, NOTHING],
        [90, NOTHING],
      ],
      [80],
    );
    expect(verdicts.map(followed)).toEqual([[[1, 60]], [], [[0, 80]], [[1, 80]]]);
  });
});

describe("a session that is expected", () => {
  test("is followed by its pid, so that the next look shows whether it went on", () => {
    const [verdict] = judge([[60, LONGER]]);
    expect(verdict?.suspects).toEqual([]);
    expect(followedPids(verdict?.memory ?? emptyMemory())).toEqual([4242]);
    expect(followedPids(judge([[5, LONGER]])[0]?.memory ?? emptyMemory())).toEqual([]);
  });

  test("takes no suspect's place: a hundred are followed, and suspects come first", () => {
    const crowd = Array.from({ length: 150 }, (_, n) =>
      saying(60, LONGER, { id: { pid: 5000 + n, backendStart: "2026-01-01 00:00:00+00" } }),
    );
    const options = { ...judging, thresholds: allowing };
    const { memory } = classify(lookOf(aLook(60, ...crowd, saying(60, NOTHING))), emptyMemory(), options);
    const pids = followedPids(memory);
    expect([pids[0], pids.length]).toEqual([4242, 101]);
  });
});
