import { expect, test } from "vitest";
import type { Episode, EpisodeEvent } from "../../src/classify/episode.ts";
import { slotOnly } from "../../src/classify/harm.ts";
import { addEvents, durationBuckets, emptyTally } from "../../src/classify/tally.ts";
import { anIdleTransaction } from "../support/a-sighting.ts";

function episode(ageSeconds: number): Episode {
  return {
    kind: "idle_in_transaction",
    backend: anIdleTransaction(),
    period: "p",
    severity: "suspect",
    severityNow: "suspect",
    certainty: "high",
    harm: slotOnly,
    commentKeys: new Map(),
    hasCurrentKeys: true,
    expectation: null,
    mayDeclare: false,
    redactedStatement: null,
    ageSeconds,
    sightings: 1,
    firstSeenSeconds: 0,
  };
}

function ended(end: "returned" | "lost_sight", ageSeconds: number): EpisodeEvent {
  return { type: "ended", end, episode: episode(ageSeconds) };
}

test("each event is counted under its kind", () => {
  const tally = addEvents(emptyTally, [
    { type: "suspected", episode: episode(10) },
    { type: "leaked", episode: episode(60) },
    ended("returned", 70),
  ]);
  expect(tally.idle_in_transaction).toMatchObject({
    suspected: 1,
    leaked: 1,
    ended: { returned: 1, vanished: 0, terminated: 0, lost_sight: 0 },
  });
  expect(tally.stale_active).toEqual(emptyTally.stale_active);
});

test("durations fall into cumulative buckets, their bounds included", () => {
  const { durations } = addEvents(emptyTally, [
    ended("returned", 30),
    ended("returned", 31),
  ]).idle_in_transaction;
  expect(durations.counts).toEqual(durationBuckets.map((bound) => (bound === 30 ? 1 : 2)));
  expect(durations).toMatchObject({ count: 2, sumSeconds: 61 });
});

test("an episode out of sight has no duration: nobody saw its end", () => {
  const { durations, ended: ends } = addEvents(emptyTally, [ended("lost_sight", 30)]).idle_in_transaction;
  expect(durations.count).toBe(0);
  expect(ends.lost_sight).toBe(1);
});

test("the tally that went in stays as it was", () => {
  const before = structuredClone(emptyTally);
  addEvents(emptyTally, [ended("returned", 30)]);
  expect(emptyTally).toEqual(before);
});
