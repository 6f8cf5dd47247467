import { expect, test } from "vitest";

import { describeValue } from "../../src/config/describe-value.ts";

test.for([
  [undefined, "nothing"],
  [null, "nothing"],
  [5, "the number 5"],
  [Number.NaN, "the number NaN"],
  [false, "false"],
  ["no", '"no"'],
  ['say "no"\n', '"say \\"no\\"\\n"'],
  ["x".repeat(100), `"${"x".repeat(60)}…"`],
  ["postgres://u:hunter2@h", "a text that may hold a password"],
  ["hunter2@h", "a text that may hold a password"],
  [[], "an empty list"],
  [["hunter2"], "a list"],
  [{ password: "hunter2" }, "a mapping"],
] as const)("%j is told as %s", ([value, words]) => {
  expect(describeValue(value)).toBe(words);
});
