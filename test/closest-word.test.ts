import { expect, test } from "vitest";

import { closestWord } from "../src/closest-word.ts";

const candidates = ["enabled", "suspect_after", "leaked_after", "every"];

test.for([
  ["suspct_after", "suspect_after"],
  ["suspect-after", "suspect_after"],
  ["leaked_afer", "leaked_after"],
  ["Enabled", "enabled"],
  ["evry", "every"],
  ["leaked", "leaked_after"],
  ["Sus", "suspect_after"],
] as const)("guesses that %s was meant to be %s", ([word, near]) => {
  expect(closestWord(word, candidates)).toBe(near);
});

test.for(["", "x", "su", "interval", "z".repeat(100)])("guesses nothing for %j", (word) => {
  expect(closestWord(word, candidates)).toBeUndefined();
});

test("a word that is cut off and may be one of several is guessed by its letters alone", () => {
  const several = ["min_age", "min_harm", "min_pressure"];
  expect(closestWord("min", several)).toBeUndefined();
  expect(closestWord("min_ag", several)).toBe("min_age");
});
