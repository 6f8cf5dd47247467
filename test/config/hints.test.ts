import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { configOf, issuesOf } from "../support/config-text.ts";

/** The text with `wrong`, at the place that the only issue names, replaced by what the hint says. */
function mended(text: string, wrong: string, hint: RegExp): string {
  const [issue = "", ...others] = issuesOf(text);
  expect(others).toEqual([]);
  const [, line, column] = /^pgleash[.]yml:(\d+):(\d+): /u.exec(issue) ?? [];
  const advised = hint.exec(issue)?.[1] ?? `no hint in: ${issue}`;
  const lines = text.split("\n");
  const at = (lines[Number(line) - 1] ?? "").slice(Number(column) - 1);
  expect(at).toContain(wrong);
  lines[Number(line) - 1] =
    lines[Number(line) - 1]?.slice(0, Number(column) - 1) + at.replace(wrong, advised);
  return lines.join("\n");
}

function policyWith(rule: string): string {
  return `policy:\n  rules:\n    - { name: a, action: terminate, ${rule} }\n`;
}

const orders = `match: ['usename="orders"', 'kind="idle_in_transaction"']`;
const forgotten = `match: ['usename="orders"', 'kind="never_used"']`;
const write = /\((?:.*: )?write (.+?)(?:;.*)?\)$/u;
const mean = /\(did you mean (.+)\?\)$/u;

describe("whoever follows a hint is not refused again", () => {
  test.for([
    ["every: 5", "5", "every: 5s"],
    ["every: 100000", "100000", "every: 100000ms"],
    ["every: 1h\nlook_timeout: 5000", "5000", "every: 1h\nlook_timeout: 5000ms"],
    ['cron: "*/5 * * * *"', '"*/5 * * * *"', 'cron: "0 */5 * * * *"'],
    ["detectors: { never_used: { enabled: no } }", "no", "detectors: { never_used: { enabled: false } }"],
    [policyWith(`${orders}, min_age: 5`), "5", policyWith(`${orders}, min_age: 5m`)],
    [policyWith(`${orders}, min_age: 1`), "1", policyWith(`${orders}, min_age: 1m`)],
    [policyWith(`${orders}, min_age: 59`), "59", policyWith(`${orders}, min_age: 59m`)],
    [policyWith(`${orders}, min_age: 60`), "60", policyWith(`${orders}, min_age: 60s`)],
    [
      policyWith(`${orders}, min_age: 1h, warn_for: 30`),
      "30",
      policyWith(`${orders}, min_age: 1h, warn_for: 30s`),
    ],
    [policyWith(`${orders}, min_age: 1h, share: 20`), "20", policyWith(`${orders}, min_age: 1h, share: 20%`)],
  ] as const)("%j", ([text, wrong, right]) => {
    expect(mended(text, wrong, write)).toBe(right);
    expect(issuesOf(right)).toEqual([]);
  });

  test.for([
    ["evry: 5s", "evry", "every: 5s"],
    ["overrides: [{ match: ['user=\"app\"'], detectors: {} }]", "user", "usename"],
    ["overrides: [{ match: ['db=\"shop\"'], detectors: {} }]", "db", "datname"],
    ["pools: [{ name: a, size: 1, per: client, match: ['host=\"10.0.0.7\"'] }]", "host", "client_addr"],
    ["policy: { protect: [{ name: a, match: ['role=\"etl\"'] }] }", "role", "usename"],
    ["policy: { unprotect: [psq] }", "psq", "psql"],
    [policyWith(`${orders.replace("usename", "app")}, min_age: 1h`), "app", "application_name"],
    [policyWith(`${orders.replace("usename", "usernam")}, min_age: 1h`), "usernam", "usename"],
    [
      policyWith(`${orders.replace("transaction", "transation")}, min_age: 1h`),
      "idle_in_transation",
      "idle_in_transaction",
    ],
  ] as const)("%j", ([text, wrong, right]) => {
    const after = mended(text, wrong, mean);
    expect(after).toContain(right);
    expect(issuesOf(after)).toEqual([]);
  });

  test("by a kind in the place of a pattern for every kind", () => {
    const text = policyWith(`match: ['usename="orders"', 'kind=~".*"'], min_age: 1h`);
    const after = mended(text, 'kind=~".*"', /: write (kind="\w+"), or /u);
    expect(after).toBe(policyWith(`${orders}, min_age: 1h`));
    expect(issuesOf(after)).toEqual([]);
  });

  test("by an age for the kinds that need a greater one", () => {
    const after = mended(policyWith(`${forgotten}, min_age: 5`), "5", /at least (\w+) for never_used/u);
    expect(after).toContain("min_age: 15m");
    expect(issuesOf(after)).toEqual([]);
  });

  test("by leaving out a matcher for those who are never ended", () => {
    const text = policyWith(`${orders.replace("]", `, 'severity="suspect"']`)}, min_age: 1h`);
    expect(issuesOf(text)).toEqual([expect.stringContaining("leave this matcher out")]);
    expect(issuesOf(text.replace(`, 'severity="suspect"'`, ""))).toEqual([]);
  });
});

describe("no hint is given that would be refused", () => {
  test.for([
    "policy: { limits: { share: 0 } }",
    policyWith(`${orders}, min_age: 1h, min_pressure: 150`),
    // Five hundredths, or five of a hundred: nobody knows.
    "policy: { limits: { share: 0.05 } }",
    'cron: "0 0 30 2 *"',
    'cron: "every five minutes of work"',
    "every: 0",
  ])("%j", (text) => {
    expect(issuesOf(text)).toEqual([expect.stringMatching(/, got (?:"[^"]*"|the number [\d.]+)$/u)]);
  });

  test.for(["every: 86400001", "policy: { limits: { cool_down: 9999999999 } }"])(
    "a number that fits with no unit: %s",
    (text) => {
      expect(issuesOf(text)).toEqual([expect.stringMatching(/\(durations need a unit\)$/u)]);
    },
  );

  test("whatever the number that has no unit", () => {
    const places: readonly ((value: string) => string)[] = [
      (value) => `every: ${value}`,
      (value) => policyWith(`${orders}, min_age: ${value}`),
      (value) => policyWith(`${orders}, min_age: 1h, warn_for: ${value}`),
      (value) => policyWith(`${orders}, min_age: 1h, max_work_at_risk: ${value}`),
      (value) => `policy: { limits: { share_window: ${value} } }`,
      (value) => `policy: { breaker: { cool_down: ${value} } }`,
    ];
    let advised = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat()),
        (place, number) => {
          const [, advice] = write.exec(issuesOf(place(String(number)))[0] ?? "") ?? [];
          if (advice === undefined) return;
          advised += 1;
          expect(issuesOf(place(advice))).toEqual([]);
        },
      ),
    );
    expect(advised).toBeGreaterThan(30);
  });
});

describe("a file that loads is warned of", () => {
  const files = "  audit_file: /run/a\n  pause_file: /run/p\n";
  const rule = "  rules: [{ name: a, ";

  test.for(["", "  rules: []\n"])("when it enforces without rules: %j", (rules) => {
    const text = `policy:\n  mode: enforce\n${files}${rules}`;
    expect(configOf(text).warnings).toEqual([
      "pgleash.yml:2:9: warning: policy.mode: without policy.rules, enforce ends nobody (add rules, or write dry_run)",
    ]);
    expect(configOf(text.replace("enforce", "dry_run")).warnings).toEqual([]);
    const rulesAdded = `policy:\n  mode: enforce\n${files}${rule}action: terminate, min_age: 1h, ${orders} }]\n`;
    expect(configOf(rulesAdded).warnings).toEqual([]);
  });

  test.for(["", "policy: {}", "policy: { rules: [] }", "policy: { mode: dry_run }"])("but not %j", (text) => {
    expect(configOf(text).warnings).toEqual([]);
  });
});
