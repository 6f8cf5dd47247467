import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readDocument } from "../../src/config/document.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { anEnvironment, issuesOf } from "../support/config-text.ts";

describe("what is no YAML is told with its place", () => {
  test.for([
    ["a: [1, 2", "1:9: expected YAML, got a line that is indented wrongly, or a bracket that is not closed"],
    [
      "a:\n  b: 1\n c: 2",
      "3:1: expected YAML, got a line that is indented wrongly, or a bracket that is not closed",
    ],
    ["\tevery: 5s", "1:1: expected YAML, got a tab (indent with spaces)"],
    ["a: 'b", "1:6: expected YAML, got a missing quote, colon, comma or space"],
    [
      "a: b: c",
      "1:4: expected YAML, got a key in the middle of a line (put a text that contains ': ' in quotes)",
    ],
    ["a\nb: c", "1:1: expected YAML, got a key without a colon, or one that goes over several lines"],
    ["a: @b", "1:4: expected YAML, got a text that begins with a reserved character (put it in quotes)"],
    [
      'a: "\\d"',
      "1:5: expected YAML, got an unknown \\ escape in a double-quoted text (single quotes keep a backslash as it is)",
    ],
    [
      "a: |x\n b",
      "1:5: expected YAML, got a character that cannot stand here (put a text with special characters in quotes)",
    ],
    ["every: 5s\n---\nevery: 6s", "2:1: expected YAML, got a second document (remove the line ---)"],
    ["? [a]\n: b", "1:3: expected YAML, got a key that is no text"],
    ["a: !secret b", "1:4: expected YAML, got a tag (remove the word that begins with !)"],
    ["%SECRET\n---\na: b", "1:1: expected YAML, got an unknown % directive"],
    ["a: *secret", "1:4: expected YAML, got an alias of nothing (put a text that begins with * in quotes)"],
    ["&a &b c", "1:4: expected YAML, got two anchors on one value"],
    ["a: !x !y b", "1:7: expected YAML, got two tags on one value"],
    ["a: &x *b", "1:7: expected YAML, got an alias with a tag or an anchor"],
    ["a: *", "1:4: expected YAML, got an alias without a name"],
    ["[a, b: - c]", "1:8: expected YAML, got an indented block within brackets"],
    [`${"k".repeat(1030)}: 1`, "1:1: expected YAML, got a key of more than 1024 characters"],
  ] as const)("%j", ([text, message]) => {
    expect(issuesOf(text)).toEqual([`pgleash.yml:${message}`]);
  });
});

test("a key that is given twice is told beside the other mistakes", () => {
  expect(
    issuesOf("every: 5s\nlabel_budget: x\nevery: 6s\ndetectors: { stale_active: {}, stale_active: {} }"),
  ).toEqual([
    'pgleash.yml:2:15: label_budget: expected a whole number from 1 to 1000, got "x"',
    "pgleash.yml:3:1: every: expected every key once, got one that is already in line 1",
    "pgleash.yml:4:32: stale_active: expected every key once, got one that is already in line 4",
  ]);
});

test("an alias stands for its value, and a mistake in it is told where it is", () => {
  const text = `detectors:
  idle_in_transaction: &short { suspect_after: 5s }
  idle_in_transaction_aborted: *short
`;
  expect(issuesOf(text)).toEqual([]);
  const places = issuesOf(text.replace("5s", "5")).map((issue) => issue.replace(/: expected.*/u, ""));
  expect(places).toEqual([
    "pgleash.yml:2:48: detectors.idle_in_transaction_aborted.suspect_after",
    "pgleash.yml:2:48: detectors.idle_in_transaction.suspect_after",
  ]);
});

test("where a value stands behind an alias is told at once, however often it is asked", () => {
  const items = Array.from({ length: 6000 }, (_, index) => `- k${index}`).join("\n");
  const { positionOf } = readDocument(`all: &all [a, b]\nrest:\n${items}\nagain: *all\n`);
  const start = performance.now();
  for (let asked = 0; asked < 2000; asked += 1)
    expect(positionOf(["again", 1], "value")).toEqual({ line: 1, column: 15 });
  expect(performance.now() - start).toBeLessThan(1000);
});

describe("a text that would exhaust the process is refused before it does", () => {
  const bomb = [
    "a: &a [x, x]",
    ..."bcdefghijk".split("").map((key, index) => {
      const before = "abcdefghijk"[index] ?? "";
      return `${key}: &${key} [*${before}, *${before}, *${before}, *${before}, *${before}]`;
    }),
  ].join("\n");
  const deep = "pgleash.yml: expected YAML nested at most 100 deep, got more";
  const large = "pgleash.yml: expected YAML of at most 50000 words and marks, got more";
  const aliases = "pgleash.yml: expected at most 100 uses of aliases, got more (write the values out)";

  test.for([
    ["aliases of aliases", bomb, aliases],
    ["many aliases", `a: &a 1\nb: [${"*a, ".repeat(101)}]`, aliases],
    ["nested lists", "- ".repeat(50_000), deep],
    ["nested brackets", "[".repeat(500_000), deep],
    ["brackets over many lines", "[[[[\n".repeat(50_000), deep],
    ["nested keys", Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"), deep],
    ["keys of keys", "? ".repeat(50_000), deep],
    ["a large list", `servers:\n${"- a\n".repeat(262_000)}`, large],
    ["a large list in brackets", `servers: [${"[],".repeat(349_000)}]`, large],
    ["more than 1 MiB", `# ${"x".repeat(1024 * 1024)}`, "pgleash.yml: expected at most 1 MiB, got more"],
  ] as const)("%s", ([, text, message]) => {
    const start = performance.now();
    expect(issuesOf(text)).toEqual([message]);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("a long text of one line is not deep", () => {
    const targets = Array.from({ length: 1000 }, (_, index) => ({
      targets: [`db${index}`],
      labels: { a: "b" },
    }));
    const labels = Object.fromEntries(targets.map((_, index) => [`label${index}`, "x"]));
    for (const given of [targets, labels]) {
      const { value, mistakes } = readDocument(JSON.stringify(given));
      expect(mistakes).toEqual([]);
      expect(value).toEqual(given);
    }
  });

  test("a value that contains itself is only a wrong value", () => {
    expect(issuesOf("every: &a [*a]")).toEqual([
      "pgleash.yml:1:11: every: expected a duration of whole seconds from 1s to 1d, got a list",
    ]);
  });

  test("thousands of unknown keys are told up to the 500th", () => {
    const text = Array.from({ length: 3000 }, (_, index) => `k${index}: 1`).join("\n");
    expect(issuesOf(text)).toHaveLength(500);
  });
});

describe("any text", () => {
  const key = fc.constantFrom(
    "every",
    "cron",
    "servers",
    "name",
    "url",
    "match",
    "detectors",
    "stale_active",
    "overrides",
    "<<",
    "__proto__",
  );
  const scalar = fc.oneof(
    fc.string(),
    fc.constantFrom("5s", "null", "[]", "{}", "*a", "&a x", "!t", "|", "'", '"', "postgres://h"),
  );
  const line = fc
    .tuple(fc.nat({ max: 3 }), fc.constantFrom("", "- ", "? "), key, scalar)
    .map(([depth, dash, name, value]) => {
      return `${"  ".repeat(depth)}${dash}${name}: ${value}`;
    });
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n")),
  );

  test("loads or is told of, and never throws", () => {
    fc.assert(
      fc.property(text, (source) => {
        const result = parseConfig({ name: "pgleash.yml", text: source }, anEnvironment());
        expect("config" in result || result.issues.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("around a password leaves it out of every message", () => {
    const secret = "hunter2SECRET";
    const piece = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom(": ", "\n", "@", "/", "%", "'", '"', " #", "{", "- "),
    );
    const frame = fc.constantFrom(
      "servers: [{ name: a, url: 'postgres://u:@@h:5432/d' }]",
      "servers:\n  - name: a\n    url: postgres://u:@@h:0/d?sslmode=x\n",
      "servers:\n  - name: a\n    ulr: postgres://u:@@h\n",
      "servers: postgres://u:@@h",
      "every: postgres://u:@@h",
      "postgres://u:@@h: x",
      "servers:\n  - url: 'postgres://u@h?password=@@'\n",
    );
    fc.assert(
      fc.property(frame, piece, piece, (source, before, after) => {
        const url = source.replace("@@", () => `${before}${secret}${after}@`);
        const environment = anEnvironment({ DATABASE_URL: url, PGPASSWORD: secret, PGPORT: "x" });
        expect(issuesOf(url, environment).join("\n")).not.toContain(secret);
      }),
      { numRuns: 2000 },
    );
  });
});
