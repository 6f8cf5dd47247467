import { describe, expect, test } from "vitest";

import { issuesOf } from "../support/config-text.ts";

/** A rule with what it must have, but for these keys. The first of them is in the sixth line. */
function ruleWith(lines: string): string {
  const must = { action: "terminate", min_age: "10m" };
  const rest = Object.entries(must).filter(([key]) => !new RegExp(`^ *${key}:`, "mu").test(lines));
  const others = rest.map(([key, value]) => `      ${key}: ${value}\n`).join("");
  return `policy:\n  rules:\n    - name: orders\n\n\n      ${lines}\n${others}`;
}

describe("what a rule says of kinds is told with its place when", () => {
  test.for(["", `, 'kind!="stale_active"'`, `, 'kind!~"stale.*"'`, `, 'state="idle"'`])(
    "it names no kind: orders%s, to be terminated or cancelled",
    (others) => {
      const told =
        'expected a matcher with = or =~ that names the kind, got none (some kinds are far less sure than others: write kind="idle_in_transaction", or kind=~"idle_in_transaction.*")';
      for (const action of ["terminate", "cancel"])
        expect(issuesOf(ruleWith(`match: ['usename="orders"'${others}]\n      action: ${action}`))).toEqual([
          `pgleash.yml:6:14: policy.rules[0].match: ${told}`,
        ]);
    },
  );

  test.for([
    [`'kind=~".*"'`, true],
    [`'kind=~".+"'`, true],
    [`'kind=~"[a-z_]+"'`, true],
    [`'kind=~"|.*"'`, true],
    [`'kind=~".*"', 'kind!="never_used"'`, true],
    [`'kind=~".*"', 'kind="idle_in_transaction"'`, false],
    [`'kind=~"idle_in_transaction.*|stale_active"'`, false],
  ] as const)("its pattern fits every kind: %s", ([kinds, isRefused]) => {
    const told =
      'pgleash.yml:6:35: policy.rules[0].match[1]: expected a matcher with = or =~ that names the kind, got one that every kind fits (some kinds are far less sure than others: write kind="idle_in_transaction", or kind=~"idle_in_transaction.*")';
    const issues = issuesOf(ruleWith(`match: ['usename="orders"', ${kinds}]\n      min_age: 1h`));
    expect(issues).toEqual(isRefused ? [told] : []);
  });

  test.for([
    [`severity="suspect"`, true],
    [`severity=~"sus.*"`, true],
    [`severity!="leaked"`, true],
    [`severity!~"leak.*"`, true],
    [`severity="leaked"`, false],
    [`severity!="suspect"`, false],
    [`severity=~"suspect|leaked"`, false],
  ] as const)("it is for those only who are never ended: %s", ([severity, isRefused]) => {
    const told =
      "pgleash.yml:6:56: policy.rules[0].match[2]: expected a matcher that leaked fits, got one that it does not (nobody is ended who is only suspect: leave this matcher out)";
    const match = `match: ['usename="orders"', 'kind="never_used"', '${severity}']\n      min_age: 1h`;
    expect(issuesOf(ruleWith(match))).toEqual(isRefused ? [told] : []);
  });

  test("it can match no session", () => {
    const told =
      "policy.rules[0].match: expected matchers that some kind of session can fit, got ones that none can (prepared transactions and pools are never ended)";
    for (const kinds of [`'kind="prepared_transaction"'`, `'kind="never_used"', 'kind="stale_active"'`])
      expect(issuesOf(ruleWith(`match: ['usename="orders"', ${kinds}]`))).toEqual([
        `pgleash.yml:6:14: ${told}`,
      ]);
  });

  test.for([
    [`kind="never_used"`, "14m59s", "15m, below which no never_used is ended"],
    [`kind=~"never_used|stale_active"`, "10m", "15m, below which no never_used is ended"],
    [`kind=~"idle_.*"`, "10m", "15m, below which no idle_too_long is ended"],
    [`kind="never_used"`, "15m", null],
    [`kind=~"idle_in_transaction.*"`, "1m", null],
  ] as const)("it names %s and is %s old: %s", ([kind, age, floor]) => {
    const issues = issuesOf(ruleWith(`min_age: ${age}\n      match: ['usename="orders"', '${kind}']`));
    const told = `pgleash.yml:6:16: policy.rules[0].min_age: expected at least ${floor}, got ${age}`;
    expect(issues).toEqual(floor === null ? [] : [told]);
  });

  test.for([
    [`['usename="orders"', 'kind=~"stale_active|stalled_client"']`, false],
    [`['usename="orders"', 'kind="long_transaction"']`, false],
    [`['usename="orders"', 'kind=~"stale_active|long_transaction"']`, false],
    [`['usename="orders"', 'kind="idle_in_transaction"', 'state="active"']`, false],
    [`['usename="orders"', 'kind="stale_active"']`, true],
    [`['usename="orders"', 'kind="stale_active"', 'state="active"']`, true],
  ] as const)("it cancels %s: %s", ([match, isFine]) => {
    const hint = 'only running statements can be cancelled: name kind="stale_active" alone';
    const told = `pgleash.yml:6:15: policy.rules[0].action: expected terminate, got cancel (${hint})`;
    expect(issuesOf(ruleWith(`action: cancel\n      match: ${match}`))).toEqual(isFine ? [] : [told]);
  });

  test.for([
    [`'kind="long_transaction"', 'state="active"'`, false],
    [`'kind="long_transaction"', 'state!~"idle.*"'`, false],
    [`'kind=~"long_transaction|stale_active"', 'state="active"'`, false],
    [`'kind="long_transaction"', 'state=~"idle in.*"'`, true],
    [`'kind="long_transaction"', 'state!="idle"'`, true],
    [`'kind="long_transaction"'`, true],
    [`'kind="stale_active"', 'state="active"'`, true],
  ] as const)("it ends a long transaction that is never idle, by %s: allowed %s", ([match, isFine]) => {
    const told =
      'expected matchers that long_transaction with state="idle in transaction" can fit, got ones that it cannot (a long transaction is ended only while it is idle; leave out the state, or the kind)';
    expect(issuesOf(ruleWith(`match: ['usename="orders"', ${match}]`))).toEqual(
      isFine ? [] : [`pgleash.yml:6:14: policy.rules[0].match: ${told}`],
    );
  });
});
