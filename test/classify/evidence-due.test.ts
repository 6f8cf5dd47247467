import { describe, expect, test } from "vitest";

import { classify } from "../../src/classify/classify.ts";
import { evidenceDue } from "../../src/classify/evidence-due.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";
import { aRunningStatement } from "../support/a-sighting.ts";
import { aLook, aSnapshot, lookOf, lookWith } from "../support/a-snapshot.ts";
import { judging } from "../support/thresholds.ts";

/** At which of these looks evidence is asked for; what it then says about each waiter is that nobody blocks it. */
function asked(looks: readonly Snapshot[], answers = true): readonly number[] {
  let memory = emptyMemory();
  return looks.flatMap((snapshot, index) => {
    const question = evidenceDue(snapshot, memory, { gapSeconds: judging.gapSeconds, idleSeconds: Infinity });
    const lockWaits = (question?.waiterPids ?? []).map((pid) => ({ pid, blockingPids: [] }));
    const look = answers
      ? lookWith(snapshot, { lockWaits })
      : { ...lookOf(snapshot), askedForEvidence: true };
    memory = classify(question === null ? lookOf(snapshot) : look, memory, judging).memory;
    return question === null ? [] : [index];
  });
}

const calm = Array.from({ length: 12 }, (_, index) => aLook(10 * index));

function waiting(count: number): Snapshot["candidates"] {
  return Array.from({ length: count }, (_, pid) =>
    aRunningStatement({
      id: { pid: pid + 1, backendStart: "b" },
      waitEventType: "Lock",
      querySeconds: pid,
    }),
  );
}

describe("evidence is asked for", () => {
  test("at every third look of a calm server, the first included", () => {
    expect(asked(calm)).toEqual([0, 3, 6, 9]);
  });

  test("no more often when the server gives none", () => {
    expect(asked(calm, false)).toEqual([0, 3, 6, 9]);
  });

  test("at every second look while somebody waits and nobody knows for whom", () => {
    const blocked = calm.map((look, index) => ({
      ...look,
      candidates: waiting(1).map((backend) => ({
        ...backend,
        queryStart: String(index),
        id: { pid: index, backendStart: "b" },
      })),
    }));
    expect(asked(blocked)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  test("no more often for those whose blockers are known", () => {
    expect(asked(calm.map((look) => ({ ...look, candidates: waiting(2) })))).toEqual([0, 3, 6, 9]);
  });

  test("at once when another server answers", () => {
    const restarted = calm.map((look, index) => (index < 2 ? look : { ...look, postmasterStart: "later" }));
    expect(asked(restarted)).toEqual([0, 2, 5, 8, 11]);
  });
});

test("it is asked of no more than fifty waiters, those that wait longest, and of the idle ones", () => {
  const idle = aBackend({ id: { pid: 999, backendStart: "b" }, stateSeconds: 9000 });
  const unused = aBackend({ id: { pid: 998, backendStart: "b" }, queryStart: null });
  const snapshot = aSnapshot({ candidates: [...waiting(60), idle, unused] });
  const question = evidenceDue(snapshot, emptyMemory(), { gapSeconds: 30, idleSeconds: 3600 });
  const young = evidenceDue(snapshot, emptyMemory(), { gapSeconds: 30, idleSeconds: Infinity });
  expect(young?.idlePids).toEqual([]);
  expect(question?.waiterPids).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
  expect(question?.idlePids).toEqual([999]);
});
