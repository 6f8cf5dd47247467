import { describe, expect, test } from "vitest";

import { classify } from "../../../src/classify/classify.ts";
import { evidenceDue } from "../../../src/classify/evidence/evidence-due.ts";
import { emptyMemory } from "../../../src/classify/memory.ts";
import type { EvidenceQuestion } from "../../../src/observe/evidence.ts";
import type { Backend, Snapshot } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";
import { aRunningStatement } from "../../support/a-sighting.ts";
import { aLook, aSnapshot, lookOf, lookRefused, lookWith } from "../../support/a-snapshot.ts";
import { judging } from "../../support/thresholds.ts";

type Asked = EvidenceQuestion & { readonly look: number };

/** What is asked at which of these looks. The answers are that nobody blocks anybody, nor holds an advisory lock. */
function questions(
  looks: readonly Snapshot[],
  { answers = true, idleSeconds = 3600 } = {},
): readonly Asked[] {
  let memory = emptyMemory();
  return looks.flatMap((snapshot, look) => {
    const question = evidenceDue(snapshot, memory, { gapSeconds: judging.gapSeconds, idleSeconds });
    if (question === null) {
      memory = classify(lookOf(snapshot), memory, judging).memory;
      return [];
    }
    const lockWaits = question.waiterPids.map((pid) => ({ pid, blockingPids: [] }));
    const answered = lookWith(snapshot, { lockWaits, askedIdlePids: question.idlePids });
    memory = classify(answers ? answered : lookRefused(snapshot), memory, judging).memory;
    return [{ ...question, look }];
  });
}

function asked(looks: readonly Snapshot[], answers = true): readonly number[] {
  return questions(looks, { answers }).map(({ look }) => look);
}

const calm = Array.from({ length: 12 }, (_, index) => aLook(10 * index));

/** Of pids from 1 on; the last has waited longest. */
function waiting(count: number): readonly Backend[] {
  return Array.from({ length: count }, (_, pid) =>
    aRunningStatement({
      id: { pid: pid + 1, backendStart: "b" },
      waitEventType: "Lock",
      querySeconds: pid,
    }),
  );
}

/** Of pids from 1000 on, each with a statement of this very look. */
function waitingAnew(count: number, look: number): readonly Backend[] {
  return waiting(count).map((backend) => ({
    ...backend,
    id: { pid: backend.id.pid + 1000, backendStart: "b" },
    queryStart: String(look),
  }));
}

test("looks out of turn do not hasten evidence", () => {
  let memory = classify(lookWith(aLook(0), {}), emptyMemory(), judging).memory;
  const looksSince: number[] = [];
  for (const [index, isOutOfTurn] of [true, true, false, true].entries()) {
    memory = classify(lookOf(aLook(1 + index)), memory, { ...judging, isOutOfTurn }).memory;
    looksSince.push(memory.looksSinceEvidence);
  }
  expect(looksSince).toEqual([0, 0, 1, 1]);
});

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

describe("more than fifty waiters", () => {
  const crowd = calm.map((look) => ({ ...look, candidates: waiting(120) }));

  test("are asked about in turns, half of them known to nobody, the longest wait first, half with the oldest answers", () => {
    const turns = questions(crowd).map(({ waiterPids }) => waiterPids);
    expect(turns[0]).toEqual(pidsDown(120, 71));
    expect(turns[1]).toEqual([...pidsDown(70, 46), ...pidsDown(120, 96)]);
    expect(turns[2]).toEqual([...pidsDown(45, 21), ...pidsDown(95, 71)]);
    // The last that nobody knows need less than their half.
    expect(turns[3]).toEqual([...pidsDown(20, 1), ...pidsDown(120, 96), ...pidsDown(70, 66)]);
  });

  test("are counted while nobody has asked about them", () => {
    expect(questions(crowd).map(({ waitersNotAsked }) => waitersNotAsked)).toEqual([70, 45, 20, 0]);
  });

  test("leave the known ones their turn, though ever new ones come", () => {
    const known = waiting(40);
    const retrying = calm.map((look, index) => ({
      ...look,
      candidates: [...known, ...(index === 0 ? [] : waitingAnew(60, index))],
    }));
    const turns = questions(retrying).map(({ waiterPids }) => waiterPids.filter((pid) => pid <= 40));
    expect(turns.map(({ length }) => length)).toEqual([40, 25, 25, 25, 25, 25]);
    expect(new Set(turns.slice(1, 3).flat()).size).toBe(40);
  });

  test("are all asked about while few of them are known", () => {
    const looks = calm.map((look, index) => ({ ...look, candidates: waiting(index === 0 ? 10 : 90) }));
    const [, second] = questions(looks);
    expect(second).toMatchObject({ waiterPids: { length: 50 }, waitersNotAsked: 40 });
    expect(second?.waiterPids.filter((pid) => pid <= 10)).toHaveLength(10);
  });

  test("are no reason to hurry, once they have waited at a gathering", () => {
    expect(asked(crowd)).toEqual([0, 3, 6, 9]);
    expect(asked(crowd, false)).toEqual([0, 3, 6, 9]);
  });

  test("do not keep a new one from being asked about at the next", () => {
    const late = aRunningStatement({
      id: { pid: 999, backendStart: "b" },
      waitEventType: "Lock",
      querySeconds: 1,
    });
    const looks = crowd.map((look, index) =>
      index < 7 ? look : { ...look, candidates: [...look.candidates, late] },
    );
    const turns = questions(looks);
    expect(turns.map(({ look }) => look)).toEqual([0, 3, 6, 8, 11]);
    expect(turns[3]?.waiterPids).toContain(999);
  });
});

describe("idle sessions", () => {
  const resting = calm.map((look) => ({ ...look, candidates: idle(450) }));

  test("are asked about once in each idle period, two hundred at a time", () => {
    const turns = questions(resting);
    expect(turns.map(({ idlePids }) => idlePids.length)).toEqual([200, 200, 50, 0]);
    expect(new Set(turns.flatMap(({ idlePids }) => idlePids)).size).toBe(450);
    expect(turns.map(({ idleNotAsked }) => idleNotAsked)).toEqual([250, 50, 0, 0]);
  });

  test("are asked about again when they were refused an answer, or moved meanwhile", () => {
    const refused = questions(resting, { answers: false });
    expect(refused.map(({ idlePids }) => idlePids[0])).toEqual([1, 1, 1, 1]);
    const moved = calm.map((look, index) => ({ ...look, candidates: idle(1, index < 5 ? "then" : "later") }));
    expect(questions(moved).map(({ idlePids }) => idlePids)).toEqual([[1], [], [1], []]);
  });

  test("are asked about anew after a gap: what was known is forgotten", () => {
    const looks = resting.map((look, index) =>
      index < 4 ? look : { ...look, takenAtSeconds: look.takenAtSeconds + 900 },
    );
    expect(questions(looks).map(({ idlePids }) => idlePids[0])).toEqual([1, 201, 1, 201, 401]);
  });

  test("are asked about only when they have rested for long, and had something to do before", () => {
    const unused = aBackend({ id: { pid: 998, backendStart: "b" }, queryStart: null, stateSeconds: 9000 });
    const look = aSnapshot({ candidates: [...idle(1), unused] });
    expect(questions([look])[0]?.idlePids).toEqual([1]);
    expect(questions([look], { idleSeconds: Infinity })[0]?.idlePids).toEqual([]);
  });
});

function idle(count: number, stateChange = "then"): readonly Backend[] {
  return Array.from({ length: count }, (_, pid) =>
    aBackend({ id: { pid: pid + 1, backendStart: "b" }, stateChange, stateSeconds: 9000 }),
  );
}

function pidsDown(from: number, to: number): readonly number[] {
  return Array.from({ length: from - to + 1 }, (_, index) => from - index);
}
