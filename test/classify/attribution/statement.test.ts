import { expect, test } from "vitest";

import { commentKeys } from "../../../src/classify/attribution/comment-keys.ts";
import { keysOfStatement, redactedStatement } from "../../../src/classify/attribution/statement.ts";

function keysOf(head: string, tail: string | null, isCut = false): Record<string, string> {
  return Object.fromEntries(keysOfStatement({ head, tail, isCut }, []));
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
  ["SELECT", "= 7 /*note /*route='a'*/ */", {}],
  ["SELECT", "= 7 /*note /*route='a'*/*/", {}],
  ["SELECT", "note */ /*route='a'*/", { route: "a" }],
] as const)("of %j and the tail %j, the keys are %j", ([head, tail, keys]) => {
  expect(keysOf(head, tail)).toEqual(keys);
});

test.for([
  "SELECT '/*route=''fooled''*/', 1 /*job='b'*/",
  "INSERT INTO t VALUES ('/*route:fooled*/')",
  "SELECT $$ it's /*route='fooled'*/ $$, \"/*route='fooled'*/\";",
  "SELECT E'\\' /*route:fooled*/ \\'' /*job='b'*/ ;",
  "SELECT 1 /* a /*route='fooled'*/ b */",
  "SELECT 1 /* a /*route='fooled'*/*/",
  "/*route='a'*/ SELECT '/*' /*job='b',route='c'*/",
])("wherever the tail of %j begins, it says nothing that the whole does not", (text) => {
  const whole = Object.fromEntries(commentKeys(text, []));
  for (let from = 0; from <= text.length; from += 1) {
    expect(keysOf(text, text.slice(from))).toEqual(whole);
    expect(Object.values(keysOf("SELECT", text.slice(from)))).not.toContain("fooled");
  }
});

test("where the server cut the statement, its end may stand in a literal, and its beginning tells all the same", () => {
  expect(keysOf("SELECT '…", "… INSERT … /*route='in a literal'*/", true)).toEqual({});
  expect(keysOf("/*route='a'*/ SELECT '…", "… /*job='in a literal'*/", true)).toEqual({ route: "a" });
});

test("what was cut from a statement is said to be missing", () => {
  const whole = { head: "SELECT 1", tail: null, isCut: false };
  expect(redactedStatement(whole)).toBe("SELECT ?");
  expect(redactedStatement({ ...whole, tail: "FROM t" })).toBe("SELECT ?…");
  expect(redactedStatement({ ...whole, isCut: true })).toBe("SELECT ?…");
  expect(redactedStatement({ ...whole, head: "SELECT 'secr", tail: "et'" })).toMatch(/^SELECT \?? ?…$/);
});

test("a key that only the configuration knows is read at both ends", () => {
  const keys = keysOfStatement(
    { head: "/*tenant='acme',shop='a'*/", tail: "/*region='eu',other='b'*/", isCut: false },
    ["tenant", "region"],
  );
  expect(Object.fromEntries(keys)).toEqual({ tenant: "acme", region: "eu" });
});
