import { describe, expect, test } from "vitest";

import { configOf } from "../support/config-text.ts";

/** What is warned of, without the name of the file. */
function warningsOf(text: string): readonly string[] {
  return configOf(text).warnings.map((warning) => warning.replace("pgleash.yml:", ""));
}

function expected(...items: readonly string[]): string {
  return `expected:\n${items.map((item) => `  - { ${item} }\n`).join("")}`;
}

function markers(...items: readonly string[]): string {
  return `expect_markers:\n${items.map((item) => `  - { ${item}, at_most: 1h }\n`).join("")}`;
}

const etl = `match: ['usename="etl"']`;
const servers = (a: string, b: string) =>
  `servers:\n  - { name: a, url: "postgres://h", ${a} }\n  - { name: b, url: "postgres://h", ${b} }\n`;

function detectors(after: string): string {
  return `detectors: { idle_in_transaction: { suspect_after: ${after} } }`;
}

describe("expected work that ends before anybody is a suspect", () => {
  test("changes nothing, and is warned of with its place", () => {
    expect(warningsOf(expected(`${etl}, for: 15m, kinds: [long_transaction, stale_active]`))).toEqual([
      "2:38: warning: expected[0].for: it changes nothing: of these kinds nobody is a suspect before 15m anyway (write more than 15m, the shortest suspect_after)",
    ]);
    expect(warningsOf(expected(`${etl}, for: 15m1s, kinds: [long_transaction, stale_active]`))).toEqual([]);
    expect(warningsOf(expected(`${etl}, for: 1m`))).toHaveLength(1);
    expect(warningsOf(expected(`${etl}, for: 61s`))).toEqual([]);
  });

  test("goes by what is configured, overrides included", () => {
    const item = expected(`${etl}, for: 10m, kinds: [idle_in_transaction]`);
    const one = `{ match: ['usename="x"'], ${detectors("30s")} }`;
    expect(warningsOf(`${item}${detectors("10m")}\n`)).toEqual([
      expect.stringContaining("expected[0].for: "),
    ]);
    expect(warningsOf(`${item}${detectors("9m")}\n`)).toEqual([]);
    expect(warningsOf(`${item}${detectors("10m")}\noverrides: [${one}]\n`)).toEqual([]);
  });

  test("is of use where it is at one of the servers", () => {
    const item = expected(`${etl}, for: 10m, kinds: [idle_in_transaction]`);
    const later = "detectors: { idle_in_transaction: { suspect_after: 10m } }";
    expect(warningsOf(item + servers(later, later))).toEqual([expect.stringContaining("expected[0].for: ")]);
    expect(warningsOf(item + servers(later, "every: 10s"))).toEqual([]);
    const own = `${later}, expected: [{ ${etl}, for: 10m, kinds: [idle_in_transaction] }]`;
    expect(warningsOf(servers(own, "every: 10s"))).toEqual([
      expect.stringContaining("servers[0].expected[0].for: "),
    ]);
    const others = `servers_file: /run/none/*.json\nallowed_hosts: ["h"]\n`;
    expect(warningsOf(item + servers(later, later) + others)).toEqual([]);
    expect(warningsOf(`${item}${servers(later, later)}${others}servers_template: { ${later} }\n`)).toEqual([
      expect.stringContaining("expected[0].for: "),
    ]);
  });
});

describe("a kind that is off", () => {
  const item = expected(`${etl}, for: 2h, kinds: [long_transaction, idle_too_long]`);

  test("is warned of where it is named", () => {
    expect(warningsOf(item)).toEqual([
      "2:68: warning: expected[0].kinds[1]: idle_too_long is off: nobody is a suspect of it (turn it on in detectors, or leave it out)",
    ]);
    expect(warningsOf(expected(`${etl}, for: 2h, kinds: [idle_too_long]`))).toHaveLength(1);
  });

  test("but not where it is on, for some or at one server, or where no kinds are named", () => {
    const on = "detectors: { idle_too_long: { enabled: true } }";
    expect(warningsOf(`${item}${on}\n`)).toEqual([]);
    expect(warningsOf(`${item}overrides: [{ match: ['usename="x"'], ${on} }]\n`)).toEqual([]);
    expect(warningsOf(item + servers(on, "every: 10s"))).toEqual([]);
    expect(warningsOf(expected(`${etl}, for: 2h`))).toEqual([]);
  });
});

function told(item: string, by: string): unknown {
  return expect.stringContaining(
    `warning: ${item}.match: it never decides: whoever it matches is matched before, by ${by} (put what is narrower first)`,
  );
}

function lasting(...kinds: readonly string[]): string {
  return `${etl}, for: 4h, kinds: [${kinds.join(", ")}]`;
}

describe("an item that never decides", () => {
  test.for([
    [`'usename="etl"'`, `' usename = "etl" '`],
    [`'usename="etl"'`, `'datname="shop"', 'usename="etl"'`],
    [`'usename="etl"', 'datname=~".*"'`, `'usename="etl"'`],
    [`'usename="etl"', 'client_addr=~".*"'`, `'usename="etl"', 'client_addr="10.0.0.7"'`],
  ] as const)("has an earlier one that is as wide: %s, then %s", ([first, second]) => {
    expect(warningsOf(expected(`match: [${first}], for: 2h`, `match: [${second}], for: 6h`))).toEqual([
      told("expected[1]", "expected[0]"),
    ]);
  });

  test.for([
    [`'usename="etl"', 'datname="shop"'`, `'usename="etl"'`],
    [`'usename="etl"'`, `'usename="web"'`],
    [`'usename="etl"'`, `'usename!="etl"', 'datname="shop"'`],
    [`'usename="etl"', 'client_addr=~".*"'`, `'usename="etl"'`],
    [`'usename="etl"', 'application_name=~".+"'`, `'usename="etl"'`],
  ] as const)("and none that is narrower: %s, then %s", ([first, second]) => {
    expect(warningsOf(expected(`match: [${first}], for: 2h`, `match: [${second}], for: 6h`))).toEqual([]);
  });

  test("has earlier ones for all of its kinds", () => {
    const both = lasting("stale_active", "long_transaction");
    expect(warningsOf(expected(lasting("stale_active"), both))).toEqual([]);
    expect(warningsOf(expected(lasting("stale_active"), lasting("long_transaction"), both))).toEqual([
      told("expected[2]", "expected[0], expected[1]"),
    ]);
    expect(warningsOf(expected(both, lasting("stale_active")))).toEqual([told("expected[1]", "expected[0]")]);
  });

  test("is warned of among those whose markers are believed, too", () => {
    expect(warningsOf(markers(etl, etl))).toEqual([told("expect_markers[1]", "expect_markers[0]")]);
    expect(warningsOf(markers(etl, `match: ['usename="web"']`))).toEqual([]);
    const own = `expect_markers: [{ ${etl}, at_most: 1h }, { ${etl}, at_most: 2h }]`;
    expect(warningsOf(servers("every: 10s", own))).toEqual([
      told("servers[1].expect_markers[1]", "servers[1].expect_markers[0]"),
    ]);
  });
});

describe("expected work of everybody", () => {
  test.for([`'usename!="x"'`, `'usename=~".*"'`, `'usename!~"a|b"', 'datname=~"^.+$"'`])(
    "is warned of: %s",
    (match) => {
      expect(warningsOf(expected(`match: [${match}], for: 7d`))).toEqual([
        "2:14: warning: expected[0].match: it names nobody: it holds for everybody whom it does not except (name whose work it is, unless that is meant)",
      ]);
    },
  );

  test.for([`'usename!="x"', 'datname="shop"'`, `'usename=~".*_etl"'`])("but not: %s", (match) => {
    expect(warningsOf(expected(`match: [${match}], for: 7d`))).toEqual([]);
  });
});

test("no more than a hundred are told", () => {
  const items = Array.from({ length: 100 }, () => `match: ['usename!="x"'], for: 1m`);
  expect(warningsOf(expected(...items))).toHaveLength(100);
});
