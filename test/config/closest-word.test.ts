import { expect, test } from "vitest";

import { closestWord } from "../../src/config/closest-word.ts";

const candidates = ["enabled", "suspect_after", "leaked_after", "every"];

test.for([
  ["suspct_after", "suspect_after"],
  ["suspect-after", "suspect_after"],
  ["leaked_afer", "leaked_after"],
  ["Enabled", "enabled"],
  ["evry", "every"],
] as const)("guesses that %s was meant to be %s", ([word, near]) => {
  expect(closestWord(word, candidates)).toBe(near);
});

test.for(["", "x", "interval", "z".repeat(100)])("guesses nothing for %j", (word) => {
  expect(closestWord(word, candidates)).toBeUndefined();
});
