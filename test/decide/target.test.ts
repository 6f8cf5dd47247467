import { expect, test } from "vitest";

import { matchAll, parseMatcher } from "../../src/config/matcher.ts";
import { targetLabels } from "../../src/config/matcher-labels.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { targetOf } from "../../src/decide/target.ts";
import { aLeaked, aPolicy, aRule, aSituation } from "../support/a-case.ts";
import { actsOf, decided } from "../support/decided.ts";

const commentKeys = new Map([["route", "/checkout"]]);

test("E4: a policy sees what the session says now, never what one before it may have said", () => {
  expect(targetOf("main", aLeaked(1, { commentKeys })).commentKeys).toEqual(commentKeys);
  expect(targetOf("main", aLeaked(1, { commentKeys, hasCurrentKeys: false })).commentKeys.size).toBe(0);
});

test("E4: a policy sees how bad a leak is now, not how bad it was", () => {
  expect(targetOf("main", aLeaked(1, { severity: "leaked", severityNow: "suspect" })).severity).toBe(
    "suspect",
  );
});

test.for([
  { match: ['usename="app"'], isOfStatement: false },
  {
    match: ['application_name="web-1"', 'harm="vacuum"', 'kind=~"idle.*"', 'server="main"'],
    isOfStatement: false,
  },
  { match: ['usename="app"', 'comment.route="/checkout"'], isOfStatement: true },
  { match: ['usename="app"', 'query_id!="1"'], isOfStatement: true },
  { match: ['usename="app"', 'state="idle in transaction"'], isOfStatement: true },
])("E11: a rule for $match is for a statement: $isOfStatement", ({ match, isOfStatement }) => {
  const matchers = match.map((text) => {
    const read = parseMatcher(text, targetLabels);
    if ("problem" in read) throw new Error(read.problem.expected);
    return read.matcher;
  });
  const policy = aPolicy({ rules: [aRule({ matches: matchAll(matchers) })] });
  const { plan } = decided(emptyLeash, aSituation([aLeaked(1, { commentKeys })]), { policy });
  expect(actsOf(plan)).toMatchObject([{ isOfStatement }]);
});

test.for([true, false])(
  "E36: an act on a session that may declare itself is for its statement: %s",
  (mayDeclare) => {
    const { plan } = decided(emptyLeash, aSituation([aLeaked(1, { mayDeclare })]), { policy: aPolicy() });
    expect(actsOf(plan)).toMatchObject([{ isOfStatement: mayDeclare }]);
  },
);
