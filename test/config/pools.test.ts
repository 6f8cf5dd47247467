import { describe, expect, test } from "vitest";

import type { ConfiguredPool } from "../../src/classify/pools/pool.ts";
import type { PoolSession } from "../../src/config/matcher-labels.ts";
import { configOf, issuesOf } from "../support/config-text.ts";

function poolsOf(text: string, server = 0): readonly ConfiguredPool[] {
  return configOf(text).servers[server]?.pools ?? [];
}

function aSession(overrides: Partial<PoolSession> = {}): PoolSession {
  return {
    datname: "shop",
    usename: "orders",
    applicationName: "orders-api",
    clientAddr: null,
    ...overrides,
  };
}

/** A pool of this name, as it stands in a file. */
function pool(name: string): string {
  return `{ name: ${name}, match: ['usename="a"'], size: 1 }`;
}

function many(count: number, prefix: string): string {
  return Array.from({ length: count }, (_, index) => pool(`${prefix}${index}`)).join(",\n  ");
}

describe("a pool", () => {
  test("is read with its size, and with the text of its matchers", () => {
    const text = `
pools:
  - name: orders
    match: ['application_name="orders-api"', ' usename="orders" ']
    size: 10
    max_overflow: 5
    per: client
`;
    expect(poolsOf(text)).toEqual([
      {
        name: "orders",
        match: ['application_name="orders-api"', 'usename="orders"'],
        matches: expect.any(Function),
        size: 10,
        formula: null,
        maxOverflow: 5,
        per: "client",
      },
    ]);
  });

  test("has no overflow, and is one for all client hosts, where nothing is said", () => {
    expect(poolsOf(`pools: [{ name: a, match: ['usename="a"'], size: 1 }]`)).toMatchObject([
      { maxOverflow: 0, per: "all" },
    ]);
  });

  test.for([
    [{}, true],
    [{ usename: "app" }, false],
    [{ applicationName: "orders-job" }, false],
    [{ usename: null }, false],
  ] as const)("is asked about a session with %j: %s", ([session, expected]) => {
    const text = `pools: [{ name: a, match: ['application_name="orders-api"', 'usename="orders"'], size: 1 }]`;
    expect(poolsOf(text)[0]?.matches(aSession(session))).toBe(expected);
  });

  test("of single client hosts may be told by them", () => {
    const text = `pools: [{ name: a, match: ['client_addr=~"10[.].*"'], size: 1, per: client }]`;
    expect(poolsOf(text)[0]?.matches(aSession({ clientAddr: "10.0.0.7" }))).toBe(true);
    expect(poolsOf(text)[0]?.matches(aSession({ clientAddr: "192.0.2.1" }))).toBe(false);
    expect(poolsOf(text)[0]?.matches(aSession())).toBe(false);
  });

  test("of a server comes before those of the top level", () => {
    const text = `
pools: [{ name: rest, match: ['usename=~".*"'], size: 50 }]
servers:
  - { name: a, url: "postgres://h", pools: [{ name: own, match: ['usename="a"'], size: 1 }] }
  - { name: b, url: "postgres://h" }
`;
    expect(poolsOf(text, 0).map(({ name }) => name)).toEqual(["own", "rest"]);
    expect(poolsOf(text, 1).map(({ name }) => name)).toEqual(["rest"]);
  });
});

describe("a mistake in a pool is told with its place", () => {
  const LABELS = "a matcher on one of datname, usename, application_name, client_addr";
  const NAME = "a name of 1 to 100 printable characters";
  const WHATEVER = "(a session belongs to its pool whatever it does)";

  test.for([
    ["name: 5", "3:11: name: expected a name, got the number 5 (put it in quotes)"],
    ['name: " x"', `3:11: name: expected ${NAME}, got " x"`],
    ["size: 0", "3:11: size: expected a whole number of at least 1, got the number 0"],
    ["size: 1.5", "3:11: size: expected a whole number of at least 1, got the number 1.5"],
    ['size: "10"', '3:11: size: expected a whole number of at least 1, got "10"'],
    ["size: 1e300", "3:11: size: expected a whole number of at least 1, got the number 1e+300"],
    [
      "size:",
      "3:5: size: expected a whole number of at least 1, got nothing (give it a value, or remove the key)",
    ],
    ["per: host", '3:10: per: expected client or all, got "host"'],
    ["per: true", "3:10: per: expected client or all, got true"],
    ["max_overflow: -1", "3:19: max_overflow: expected a whole number of at least 0, got the number -1"],
    [
      "sizes: 3",
      "3:5: sizes: expected one of name, match, size, workers, connections_per_worker, buffer, max_overflow, per, got an unknown key (did you mean size?)",
    ],
    [
      "match: []",
      "3:12: match: expected at least one matcher, because a pool must say which sessions are its own, got an empty list",
    ],
    ["match: usename", "3:12: match: expected a list of matchers, got a text"],
    ["match: ['state=\"idle\"']", `3:13: match[0]: expected ${LABELS}, got "state=\\"idle\\"" ${WHATEVER}`],
    ["match: ['query_id=\"1\"']", `3:13: match[0]: expected ${LABELS}, got "query_id=\\"1\\"" ${WHATEVER}`],
    [
      "match: ['usename=\"a\"', 'client_addr=\"10.0.0.1\"']",
      "3:28: match[1]: expected no matcher on client_addr in a pool of all client hosts, got one (write per: client, if the size holds for each client host)",
    ],
  ] as const)("%s", ([line, message]) => {
    const [key = ""] = line.split(":");
    const rest = ["name: a", "match: ['usename=\"a\"']", "size: 1"].filter(
      (other) => !other.startsWith(`${key}:`),
    );
    const text = `pools:\n  -\n    ${[line, ...rest].join("\n    ")}\n`;
    expect(issuesOf(text)).toEqual([`pgleash.yml:${message.replace(/ ([\w[\]]+):/u, " pools[0].$1:")}`]);
  });

  test("which may be that something is missing", () => {
    expect(issuesOf("pools:\n  - {}\n")).toEqual([
      "pgleash.yml:2:5: pools[0].name: expected a name, got nothing",
      "pgleash.yml:2:5: pools[0].match: expected a list of matchers, got nothing",
      "pgleash.yml:2:5: pools[0].size: expected either size, or workers and connections_per_worker, got nothing",
    ]);
  });

  test("but not what follows from another one", () => {
    const text = `pools: [{ name: p, match: ['client_addr="::1"'], size: 1, per: host }]`;
    expect(issuesOf(text)).toEqual(['pgleash.yml:1:64: pools[0].per: expected client or all, got "host"']);
  });

  test("at a server too, and beside all others", () => {
    const text = `servers:
  - name: a
    url: postgres://h
    pools:
      - { name: p, match: ['client_addr="::1"', 'client_addr=~"("'], size: x }
`;
    expect(issuesOf(text).map((issue) => issue.replace(/, got.*/u, ""))).toEqual([
      "pgleash.yml:5:28: servers[0].pools[0].match[0]: expected no matcher on client_addr in a pool of all client hosts",
      "pgleash.yml:5:49: servers[0].pools[0].match[1]: expected a regular expression in RE2 syntax",
      "pgleash.yml:5:49: servers[0].pools[0].match[1]: expected no matcher on client_addr in a pool of all client hosts",
      "pgleash.yml:5:76: servers[0].pools[0].size: expected a whole number of at least 1",
    ]);
  });
});

describe("a pool has a name that no other has on its server", () => {
  const TOLD = "expected a name that no other pool of the server has, got the name of";

  test.for([
    [`pools: [${pool("a")}, ${pool("b")}]`, []],
    [`pools:\n- ${pool("a")}\n- ${pool("a")}`, [`3:11: pools[1].name: ${TOLD} pools[0]`]],
    [
      `pools:\n- ${pool("a")}\nservers:\n- name: s\n  url: postgres://h\n  pools:\n  - ${pool("a")}`,
      [`7:13: servers[0].pools[0].name: ${TOLD} pools[0]`],
    ],
    [
      `servers:\n- name: s\n  url: postgres://h\n  pools:\n  - ${pool("a")}\n  - ${pool("a")}`,
      [`6:13: servers[0].pools[1].name: ${TOLD} servers[0].pools[0]`],
    ],
    [
      `servers:\n- { name: s, url: "postgres://h", pools: [${pool("a")}] }\n- { name: t, url: "postgres://h", pools: [${pool("a")}] }`,
      [],
    ],
  ] as const)("%j", ([text, issues]) => {
    expect(issuesOf(text)).toEqual(issues.map((issue) => `pgleash.yml:${issue}`));
  });

  test("which is told once, however many servers there are", () => {
    const servers = `servers: [{ name: a, url: "postgres://h" }, { name: b, url: "postgres://h" }]`;
    expect(issuesOf(`pools: [${pool("a")}, ${pool("a")}]\n${servers}`)).toHaveLength(1);
  });
});

describe("a server has at most 100 pools", () => {
  test.for([
    [100, 0, []],
    [101, 0, ["1:8: pools: expected at most 100 pools, got 101"]],
    [0, 101, ["2:50: servers[0].pools: expected at most 100 pools, got 101"]],
    [60, 40, []],
    [60, 41, ["61:50: servers[0].pools: expected at most 100 pools, with the 60 of the top level, got 101"]],
    [101, 41, ["1:8: pools: expected at most 100 pools, got 101"]],
  ] as const)("%d common ones and %d of its own", ([common, own, issues]) => {
    const servers = `servers: [{ name: a, url: "postgres://h", pools: [${many(own, "o")}] }]`;
    const text = `pools: [${many(common, "c")}]\n${servers}\n`;
    expect(issuesOf(text)).toEqual(issues.map((issue) => `pgleash.yml:${issue}`));
  });
});
