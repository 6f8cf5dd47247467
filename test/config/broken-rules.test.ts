import { expect, test } from "vitest";

import { issuesOf } from "../support/config-text.ts";

/** A rule with these keys. The first of them is in the fourth line. */
function ruleWith(lines: readonly string[]): string {
  return `policy:\n  rules:\n    - name: orders\n${lines.map((line) => `      ${line}\n`).join("")}`;
}

test("a rule that names nobody, and is wrong in other places as well, is told all at once", () => {
  const match = `match: ['usename=~".*"', 'kind="stale_active"']`;
  const issues = issuesOf(ruleWith([match, "warn: 5m", "action: end", "min_age: 5s"]));
  expect(issues).toEqual([
    "pgleash.yml:4:14: policy.rules[0].match: expected a matcher with = or =~ that names a database, role, application or client, got none (a rule is never for everybody, so .* and its like do not count)",
    expect.stringMatching(/^pgleash.yml:5:7: policy.rules\[0\].warn: .*\(did you mean warn_for\?\)$/),
    expect.stringMatching(/^pgleash.yml:6:15: policy.rules\[0\].action: /),
    expect.stringMatching(/^pgleash.yml:7:16: policy.rules\[0\].min_age: /),
  ]);
});

test("what fits the fields that can be read is told beside those that cannot", () => {
  const match = `match: ['usename="orders"', 'kind="never_used"']`;
  expect(issuesOf(ruleWith([match, "action: cancel", "min_age: soon"]))).toEqual([
    expect.stringContaining("policy.rules[0].action: expected terminate, got cancel"),
    expect.stringContaining("policy.rules[0].min_age: expected a duration"),
  ]);
  expect(issuesOf(ruleWith([match, "action: end", "min_age: 1m"]))).toEqual([
    expect.stringContaining("policy.rules[0].action: expected "),
    expect.stringContaining("policy.rules[0].min_age: expected at least 15m"),
  ]);
});

test("a matcher that cannot be read may be the one that names somebody", () => {
  const match = `match: ['usename=orders"', 'kind="stale_active"']`;
  const [issue, ...others] = issuesOf(ruleWith([match, "action: terminate", "min_age: 1h"]));
  expect([issue, others]).toEqual([expect.stringContaining("policy.rules[0].match[0]: "), []]);
});
