import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  admit,
  emptyBudget,
  everybodyElse,
  shownAs,
  type LabelBudget,
  type Wanted,
  type Who,
} from "../../src/expose/label-budget.ts";

const HOUR = 3600;

function who(application_name: string): Who {
  return { datname: "shop", usename: "app", application_name };
}

function wanted(...names: readonly (readonly [string, number])[]): Wanted {
  return names.map(([name, weight]) => ({ labels: who(name), weight }));
}

function isShown(budget: LabelBudget, name: string): boolean {
  return shownAs(budget, who(name), everybodyElse) !== everybodyElse;
}

describe("admit", () => {
  test("gives the free places to the heaviest", () => {
    const budget = admit(emptyBudget, wanted(["light", 1], ["heavy", 9], ["middle", 5]), 0, 2);
    expect(["light", "middle", "heavy"].filter((name) => isShown(budget, name))).toEqual(["middle", "heavy"]);
  });

  test("adds the weights of one holder up before it compares", () => {
    const budget = admit(emptyBudget, wanted(["spread", 2], ["single", 3], ["spread", 2]), 0, 1);
    expect(isShown(budget, "spread")).toBe(true);
  });

  test("breaks a tie by name, so that the same sessions give the same page", () => {
    const forwards = admit(emptyBudget, wanted(["a", 1], ["b", 1]), 0, 1);
    const backwards = admit(emptyBudget, wanted(["b", 1], ["a", 1]), 0, 1);
    expect([...forwards.admitted.keys()]).toEqual([...backwards.admitted.keys()]);
  });

  test("keeps who was admitted, however heavy the newcomers are", () => {
    const before = admit(emptyBudget, wanted(["first", 1]), 0, 1);
    const after = admit(before, wanted(["first", 1], ["newcomer", 100]), 10, 1);
    expect([isShown(after, "first"), isShown(after, "newcomer")]).toEqual([true, false]);
  });

  test.for([
    { idle: HOUR, place: "first" },
    { idle: HOUR + 1, place: "newcomer" },
  ])("gives the place of a holder gone for $idle s to the $place", ({ idle, place }) => {
    const before = admit(emptyBudget, wanted(["first", 1]), 1000, 1);
    const after = admit(before, wanted(["newcomer", 1]), 1000 + idle, 1);
    expect(isShown(after, place)).toBe(true);
    expect(after.admitted.size).toBe(1);
  });

  test("counts the hour from when a holder was last there", () => {
    const first = admit(emptyBudget, wanted(["first", 1]), 0, 1);
    const again = admit(first, wanted(["first", 1]), HOUR, 1);
    expect(isShown(admit(again, wanted(["newcomer", 1]), 2 * HOUR, 1), "first")).toBe(true);
  });

  test("drops the latest when the budget shrinks", () => {
    const before = admit(emptyBudget, wanted(["first", 1]), 0, 2);
    const both = admit(before, wanted(["first", 1], ["second", 9]), 1, 2);
    const after = admit(both, wanted(["first", 1], ["second", 9]), 2, 1);
    expect([isShown(after, "first"), isShown(after, "second")]).toEqual([true, false]);
  });

  test("admits nobody with a budget of zero", () => {
    expect(admit(emptyBudget, wanted(["any", 1]), 0, 0).admitted.size).toBe(0);
  });

  test("leaves the budget it was given as it was", () => {
    const before: LabelBudget = emptyBudget;
    admit(before, wanted(["any", 1]), 0, 5);
    expect(before.admitted.size).toBe(0);
  });
});

test("holders whose names run into each other are told apart", () => {
  const one: Who = { datname: 'a","b', usename: "c", application_name: "d" };
  const budget = admit(emptyBudget, [{ labels: one, weight: 1 }], 0, 5);
  const other: Who = { datname: "a", usename: 'b","c', application_name: "d" };
  expect(shownAs(budget, other, everybodyElse)).toBe(everybodyElse);
});

test("sets beyond the budget are counted once each", () => {
  const sets = wanted(["first", 9], ["second", 1], ["third", 1], ["second", 1]);
  const budget = admit(emptyBudget, sets, 0, 1);
  expect(budget.foldedSets).toBe(2);
  expect(admit(budget, sets, 1, 3).foldedSets).toBe(0);
});

test("labels of any kind are budgeted: the same value under two keys takes two places", () => {
  const sets = ["route", "job"].map((key) => ({ key, value: "checkout" }));
  const budget = admit(
    emptyBudget,
    sets.map((labels) => ({ labels, weight: 1 })),
    0,
    1,
  );
  const others = { key: "", value: "…other" };
  expect(sets.map((labels) => shownAs(budget, labels, others))).toEqual([
    others,
    { key: "job", value: "checkout" },
  ]);
});

const looks = fc.array(
  fc.record({
    // Small alphabet, so that holders come and go; steps up to twenty minutes, so that some are gone for an hour.
    holders: fc.array(
      fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"), fc.integer({ min: 1, max: 50 })),
    ),
    stepSeconds: fc.integer({ min: 1, max: 1200 }),
  }),
  { maxLength: 40 },
);

test("never holds more than the limit, and nobody admitted loses a place within an hour of being there", () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 0, max: 6 }), (steps, limit) => {
      let budget: LabelBudget = emptyBudget;
      let nowSeconds = 1_800_000_000;
      const lastThere = new Map<string, number>();
      for (const { holders, stepSeconds } of steps) {
        nowSeconds += stepSeconds;
        const before = budget;
        budget = admit(before, wanted(...holders), nowSeconds, limit);
        for (const [name] of holders) if (isShown(budget, name)) lastThere.set(name, nowSeconds);
        expect(budget.admitted.size).toBeLessThanOrEqual(limit);
        const staying = [...lastThere].filter(
          ([name, seconds]) => isShown(before, name) && nowSeconds - seconds <= HOUR,
        );
        expect(staying.filter(([name]) => !isShown(budget, name))).toEqual([]);
      }
    }),
  );
});

test("leaves no place free while somebody wants one", () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 6 }), (steps, limit) => {
      let budget: LabelBudget = emptyBudget;
      for (const { holders } of steps) {
        budget = admit(budget, wanted(...holders), 0, limit);
        const hasLeftOut = holders.some(([name]) => !isShown(budget, name));
        expect(hasLeftOut && budget.admitted.size < limit).toBe(false);
      }
    }),
  );
});
