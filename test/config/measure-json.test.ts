import { expect, test } from "vitest";

import { measureJson } from "../../src/config/measure-json.ts";
import { parseTargetGroups } from "../../src/config/target-groups.ts";

test.for([
  ["1", 0],
  ["[]", 1],
  ["[1, 2]", 2],
  ['[{ "a": [1] }, {}]', 5],
  [String.raw`["a,b[{", "\",[", "\\"]`, 3],
] as const)("%s has %d values at the most", ([text, values]) => {
  expect(measureJson(text, 100)).toBe(values);
});

test("it is not counted further than it takes", () => {
  expect(measureJson("[".repeat(1000), 10)).toBe(11);
});

test("a servers file of very many empty lists is refused before it is taken apart", () => {
  const text = `[${"[],".repeat(349_000)}[]]`;
  expect(parseTargetGroups({ name: "/all.json", text })).toMatchObject({
    issues: [{ expected: "JSON of at most 100000 values", got: "more" }],
  });
});
