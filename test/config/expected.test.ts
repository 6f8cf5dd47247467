import { describe, expect, test } from "vitest";

import { backendKinds } from "../../src/classify/kind.ts";
import { showConfig } from "../../src/config/show.ts";
import { aBackend } from "../support/a-backend.ts";
import { configOf, issuesOf } from "../support/config-text.ts";

function thresholdsOf(text: string, server = 0) {
  const thresholds = configOf(text).servers[server]?.thresholds;
  if (thresholds === undefined) throw new Error("expected a server");
  return thresholds;
}

const text = `
expected:
  - match: ['usename="reports"', ' datname=~"shop|books" ']
    for: 6h
    kinds: [idle_in_transaction, long_transaction]
    reason: the books of the month
  - { match: ['usename="etl"'], for: 1s }
expect_markers:
  - { match: ['usename="batch"'], at_most: 1h, in_all: 6h }
  - { match: ['datname="shop"'], at_most: 90m }
`;

describe("E36: expected work", () => {
  test("is read with the text of its matchers, and holds for all kinds of a session where none is named", () => {
    expect(thresholdsOf(text).expected).toEqual([
      {
        match: ['usename="reports"', 'datname=~"shop|books"'],
        matches: expect.any(Function),
        forSeconds: 21_600,
        kinds: ["idle_in_transaction", "long_transaction"],
        reason: "the books of the month",
      },
      {
        match: ['usename="etl"'],
        matches: expect.any(Function),
        forSeconds: 1,
        kinds: backendKinds,
        reason: null,
      },
    ]);
  });

  test("is of whom all its matchers match; what is unknown never matches", () => {
    const [work] = thresholdsOf(text).expected;
    const matched = (overrides: Parameters<typeof aBackend>[0]) => work?.matches(aBackend(overrides));
    expect(matched({ usename: "reports", datname: "books" })).toBe(true);
    expect(matched({ usename: "reports", datname: "other" })).toBe(false);
    expect(matched({ usename: null, datname: "shop" })).toBe(false);
  });

  test("of a server comes before that of the top level, and so do whose markers it believes", () => {
    const two = `${text}
servers:
  - { name: a, url: 'postgres://h' }
  - name: b
    url: 'postgres://h'
    expected: [{ match: ['usename="own"'], for: 1h }]
    expect_markers: [{ match: ['usename="own"'], at_most: 1m }]
`;
    const first = (server: number) => {
      const { expected: works, markers: allowances } = thresholdsOf(two, server);
      return [works[0]?.match, works.length, allowances[0]?.match, allowances.length];
    };
    expect(first(0)).toEqual([['usename="reports"', 'datname=~"shop|books"'], 2, ['usename="batch"'], 2]);
    expect(first(1)).toEqual([['usename="own"'], 3, ['usename="own"'], 3]);
  });

  test("and markers: there are none where none are written", () => {
    expect(thresholdsOf("")).toMatchObject({ expected: [], markers: [] });
  });

  test("is shown as it is written, with what is left out", () => {
    const shown = showConfig(configOf(text));
    expect(shown).toContain(`    expected:
      - match:
          - usename="reports"
          - datname=~"shop|books"
        for: 6h
        kinds:
          - idle_in_transaction
          - long_transaction
        reason: the books of the month
`);
    expect(shown).toContain(`    expect_markers:
      - match:
          - usename="batch"
        at_most: 1h
        in_all: 6h
      - match:
          - datname="shop"
        at_most: 1h30m
        in_all: 1h30m
`);
    expect(issuesOf(shown)).toEqual([]);
  });
});

test("E36: whose markers are believed is read; all of them together are believed as far as one where nothing else is said", () => {
  expect(thresholdsOf(text).markers).toEqual([
    {
      match: ['usename="batch"'],
      matches: expect.any(Function),
      atMostSeconds: 3600,
      inAllSeconds: 21_600,
    },
    { match: ['datname="shop"'], matches: expect.any(Function), atMostSeconds: 5400, inAllSeconds: 5400 },
  ]);
});

function expected(item: string): string {
  return `expected: [${item}]`;
}

function markers(item: string): string {
  return `expect_markers: [${item}]`;
}

function many(item: string): string {
  return Array.from({ length: 101 }, () => item).join(", ");
}

describe("a mistake is told with its place", () => {
  test.for<[file: string, issue: string]>([
    [
      expected(`{ match: ['usename="a"'], for: 8d }`),
      "1:43: expected[0].for: expected a duration from 1s to 7d",
    ],
    [
      expected(`{ match: ['usename="a"'], for: 0s }`),
      "1:43: expected[0].for: expected a duration from 1s to 7d",
    ],
    [expected(`{ match: ['usename="a"'] }`), "1:12: expected[0].for: expected a duration from 1s to 7d"],
    [expected(`{ match: [], for: 1h }`), "1:21: expected[0].match: expected at least one matcher"],
    [expected(`{ for: 1h }`), "1:12: expected[0].match: expected a list of matchers"],
    [
      expected(`{ match: ['usename="a"'], for: 1h, kinds: [] }`),
      "expected[0].kinds: expected at least one kind",
    ],
    [
      expected(`{ match: ['usename="a"'], for: 1h, kinds: [pool_overgrown] }`),
      "1:55: expected[0].kinds[0]: expected one of the kinds of a session: ",
    ],
    [
      expected(String.raw`{ match: ['usename="a"'], for: 1h, reason: "a\u001b[2Jb" }`),
      "1:55: expected[0].reason: expected a text of 1 to 200 printable characters",
    ],
    [
      expected(`{ match: ['usename="a"'], for: 1h, reason: ${"x".repeat(201)} }`),
      "1:55: expected[0].reason: expected a text of 1 to 200 printable characters",
    ],
    [
      markers(`{ match: ['usename="a"'], at_most: 25h }`),
      "1:53: expect_markers[0].at_most: expected a duration from 1s to 1d",
    ],
    [markers(`{ match: ['application_name="a"'], at_most: 1h }`), "1:28: expect_markers[0].match[0]: "],
    [
      markers(`{ match: ['usename="a"'], at_most: 1h, in_all: 59m }`),
      "1:65: expect_markers[0].in_all: expected at least 1h (at_most)",
    ],
    [
      `servers: [{ name: a, url: 'postgres://h', ${markers(`{ match: ['usename="a"'], at_most: 1h, in_all: 59m }`)} }]`,
      "servers[0].expect_markers[0].in_all: expected at least 1h (at_most)",
    ],
  ])("%s", ([file, issue]) => {
    const issues = issuesOf(file);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(issue);
    expect(issues[0]).toMatch(/^pgleash\.yml:\d+:\d+: .*got /);
  });

  test("what every session chooses for itself says nothing of who may declare", () => {
    const [issue] = issuesOf(markers(`{ match: ['application_name="a"'], at_most: 1h }`));
    expect(issue).toContain("every session chooses its name itself: allow markers by its role");
  });

  test.for(["state", "query_id"])(
    "what a session does, its %s, says nothing of whose work it is",
    (label) => {
      const [issue, ...others] = issuesOf(expected(`{ match: ['usename="a"', '${label}="1"'], for: 1h }`));
      expect(others).toEqual([]);
      expect(issue).toBe(
        `pgleash.yml:1:37: expected[0].match[1]: expected a matcher on one of datname, usename, application_name, client_addr, got "${label}=\\"1\\"" (a signal could overtake the statement that makes it expected: name the work by whose it is)`,
      );
    },
  );

  test("there are at most a hundred", () => {
    expect(issuesOf(expected(many(`{ match: ['usename="a"'], for: 1h }`)))[0]).toContain("at most 100 items");
    expect(issuesOf(markers(many(`{ match: ['usename="a"'], at_most: 1h }`)))[0]).toContain(
      "at most 100 items",
    );
  });
});
