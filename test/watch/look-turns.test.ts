import { describe, expect, test } from "vitest";

import { createLookTurns, type LookTurns } from "../../src/watch/look-turns.ts";

/** Looks that take until they are let go. */
function someTurns(signal = new AbortController().signal): {
  readonly turns: LookTurns;
  /** Whether each look so far was out of turn. */
  readonly looks: readonly boolean[];
  readonly letGo: () => void;
} {
  const looks: boolean[] = [];
  const waiting: (() => void)[] = [];
  const place = { mostSeconds: 1, leave: () => undefined };
  const looking = { enter: () => Promise.resolve(place), isDue: () => true };
  const quickLooks = { settled: () => Promise.resolve() };
  const turns = createLookTurns({ looking, quickLooks, signal }, (_place, isOutOfTurn) => {
    looks.push(isOutOfTurn);
    return new Promise((resolve) => void waiting.push(resolve));
  });
  return { turns, looks, letGo: () => waiting.shift()?.() };
}

const turnOfOthers = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("one look at a time", () => {
  test("a look by plan comes right behind one out of turn, once, however often it is asked for", async () => {
    const { turns, looks, letGo } = someTurns();
    const first = turns.take(true);
    await turnOfOthers();
    const byPlan = [turns.take(false), turns.take(false)];
    letGo();
    await first;
    await turnOfOthers();
    expect(looks).toEqual([true, false]);
    letGo();
    await Promise.all(byPlan);
    await turns.ended();
    expect(looks).toEqual([true, false]);
    expect(turns.isTaken()).toBe(false);
  });

  test.for([
    { underWay: false, asked: false },
    { underWay: false, asked: true },
    { underWay: true, asked: true },
  ])(
    "one under way (out of turn: $underWay) is joined by one that may be less (out of turn: $asked)",
    async ({ underWay, asked }) => {
      const { turns, looks, letGo } = someTurns();
      const first = turns.take(underWay);
      await turnOfOthers();
      const joined = turns.take(asked);
      letGo();
      await Promise.all([first, joined]);
      expect(looks).toEqual([underWay]);
    },
  );

  test("whoever has begun to end looks no more, not even by plan", async () => {
    const ending = new AbortController();
    const { turns, looks, letGo } = someTurns(ending.signal);
    void turns.take(true);
    await turnOfOthers();
    const byPlan = turns.take(false);
    ending.abort();
    letGo();
    await byPlan;
    await turns.ended();
    expect(looks).toEqual([true]);
  });

  test("nobody is done before the look by plan that was asked for is", async () => {
    const { turns, looks, letGo } = someTurns();
    void turns.take(true);
    await turnOfOthers();
    void turns.take(false);
    const ended = turns.ended().then(() => looks.length);
    letGo();
    await turnOfOthers();
    await turnOfOthers();
    letGo();
    expect(await ended).toBe(2);
  });
});
