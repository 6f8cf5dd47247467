import { expect, test } from "vitest";

import { formatIssue, formatPath } from "../../src/config/issue.ts";
import type { ConfigIssue } from "../../src/config/issue.ts";

const issue: ConfigIssue = {
  source: "pgleash.yml",
  position: { line: 4, column: 5 },
  path: "servers[0].name",
  expected: "a name",
  got: "nothing",
  hint: undefined,
};

test.for([
  [{}, "pgleash.yml:4:5: servers[0].name: expected a name, got nothing"],
  [{ hint: "give it one" }, "pgleash.yml:4:5: servers[0].name: expected a name, got nothing (give it one)"],
  [{ path: "" }, "pgleash.yml:4:5: expected a name, got nothing"],
  [{ position: undefined }, "pgleash.yml: servers[0].name: expected a name, got nothing"],
] as const)("an issue with %j is printed without what is not known", ([change, line]) => {
  expect(formatIssue({ ...issue, ...change })).toBe(line);
});

test.for([
  [[], ""],
  [["every"], "every"],
  [["servers", 0, "url"], "servers[0].url"],
  [["overrides", 1, "match", 0], "overrides[1].match[0]"],
  [["postgres://u:hunter2@h"], "?"],
  [["servers", 0, "x y"], "servers[0].?"],
] as const)("the path %j is written as %s", ([path, text]) => {
  expect(formatPath(path)).toBe(text);
});
