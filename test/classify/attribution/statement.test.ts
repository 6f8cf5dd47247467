import { expect, test } from "vitest";

import { keysOfStatement, redactedStatement } from "../../../src/classify/attribution/statement.ts";

function keysOf(head: string, tail: string | null): Record<string, string> {
  return Object.fromEntries(keysOfStatement({ head, tail }));
}

test.for([
  ["SELECT 1 /*route='a'*/", null, { route: "a" }],
  ["/*route='a'*/ SELECT", "… WHERE id = 7", { route: "a" }],
  ["SELECT", "= 7 /*route='a'*/", { route: "a" }],
  ["SELECT", "= 7 /*route='a'*/ ; ", { route: "a" }],
  ["SELECT", "= 7 /*controller:orders,action:show*/", { controller: "orders", action: "show" }],
  ["/*job='nightly'*/ SELECT", "= 7 /*route='a'*/", { job: "nightly", route: "a" }],
  ["/*route='first'*/ SELECT", "/*route='last'*/", { route: "first" }],
  ["SELECT", "'; DROP /*route='in a literal, perhaps'*/ x'", {}],
  ["SELECT", "/*route='a'*/ /*job='b'*/", { job: "b" }],
  ["SELECT", "cut off /*route='a", {}],
  ["SELECT", "*/", {}],
] as const)("of %j and the tail %j, the keys are %j", ([head, tail, keys]) => {
  expect(keysOf(head, tail)).toEqual(keys);
});

test("what was cut from a statement is said to be missing", () => {
  expect(redactedStatement({ head: "SELECT 1", tail: null })).toBe("SELECT ?");
  expect(redactedStatement({ head: "SELECT 1", tail: "FROM t" })).toBe("SELECT ?…");
  expect(redactedStatement({ head: "SELECT 'secr", tail: "et'" })).toMatch(/^SELECT \?? ?…$/);
});
