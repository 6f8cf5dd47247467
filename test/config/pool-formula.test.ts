import { describe, expect, test } from "vitest";

import { showConfig } from "../../src/config/show.ts";
import { configOf, issuesOf } from "../support/config-text.ts";

const EITHER = "expected either size, or workers and connections_per_worker";
const EACH = "expected a whole number from 1 to 10000";

/** A file with one pool that says so how large it is. */
function aPool(sizing: string): string {
  const lines = ["name: a", `match: ['usename="a"']`, ...sizing.split("; ")];
  return `pools:\n  -\n    ${lines.join("\n    ")}\n`;
}

function poolOf(sizing: string) {
  return configOf(aPool(sizing)).servers[0]?.pools[0];
}

describe("a pool that is declared by its workers", () => {
  test.for([
    ["workers: 4; connections_per_worker: 10; buffer: 5", 45, 5],
    ["buffer: 0; workers: 1; connections_per_worker: 1", 1, 0],
    ["workers: 3; connections_per_worker: 2", 6, 0],
    ["workers: 10000; connections_per_worker: 10000; buffer: 10000", 100_010_000, 10_000],
  ] as const)("%s: %d", ([sizing, size, buffer]) => {
    expect(poolOf(sizing)).toMatchObject({ size, formula: { buffer }, maxOverflow: 0, per: "all" });
  });

  test("may overflow, and hold for each client host, as any other", () => {
    const sizing = "workers: 2; connections_per_worker: 3; max_overflow: 4; per: client";
    expect(poolOf(sizing)).toMatchObject({ size: 6, maxOverflow: 4, per: "client" });
  });

  test("at a server, and in a template", () => {
    const pool = `{ name: a, match: ['usename="a"'], workers: 2, connections_per_worker: 3 }`;
    const text = `servers: [{ name: s, url: "postgres://h", pools: [${pool}] }]\nservers_file: /f.yml\nservers_template: { pools: [${pool}] }`;
    const { servers, serversFile } = configOf(text);
    expect(servers[0]?.pools).toMatchObject([{ size: 6 }]);
    expect(serversFile?.template.common.pools).toMatchObject([{ size: 6 }]);
    expect(showConfig(configOf(text)).match(/buffer: 0 # size 6\n/gu)).toHaveLength(2);
  });

  test("is shown by them, with what they come to, and loads again", () => {
    const config = configOf(aPool("connections_per_worker: 10; workers: 4; buffer: 5"));
    const shown = showConfig(config);
    expect(shown).toContain(`        workers: 4
        connections_per_worker: 10
        buffer: 5 # size 45
        max_overflow: 0
        per: all
`);
    expect(shown).not.toMatch(/ size: /u);
    expect(showConfig(configOf(shown))).toBe(shown);
  });
});

describe("how large a pool is, is said in one way, and in full", () => {
  test.for([
    ["size: 9; workers: 3", [`6:5: workers: ${EITHER}, got both`]],
    ["workers: 3; connections_per_worker: 3; size: 9", [`5:5: workers: ${EITHER}, got both`]],
    ["size: 9; buffer: 0", [`6:5: buffer: ${EITHER}, got both`]],
    ["connections_per_worker: 3; size: 9", [`5:5: connections_per_worker: ${EITHER}, got both`]],
    ["per: all", [`3:5: size: ${EITHER}, got nothing`]],
    [
      "workers: 3",
      ["3:5: connections_per_worker: expected a whole number, because workers is given, got nothing"],
    ],
    [
      "buffer: 3",
      [
        "3:5: workers: expected a whole number, because buffer is given, got nothing",
        "3:5: connections_per_worker: expected a whole number, because buffer is given, got nothing",
      ],
    ],
    [
      "connections_per_worker: 3; buffer: 1",
      ["3:5: workers: expected a whole number, because connections_per_worker is given, got nothing"],
    ],
    ["workers: 0; connections_per_worker: 1", [`5:14: workers: ${EACH}, got the number 0`]],
    [
      "workers: 1; connections_per_worker: 10001",
      [`6:29: connections_per_worker: ${EACH}, got the number 10001`],
    ],
    ["workers: 1.5; connections_per_worker: 1", [`5:14: workers: ${EACH}, got the number 1.5`]],
    ['workers: "4"; connections_per_worker: 1', [`5:14: workers: ${EACH}, got "4"`]],
    [
      "workers:; connections_per_worker: 1",
      [`5:5: workers: ${EACH}, got nothing (give it a value, or remove the key)`],
    ],
    [
      "workers: 1; connections_per_worker: 1; buffer: -1",
      ["7:13: buffer: expected a whole number from 0 to 10000, got the number -1"],
    ],
    [
      "worker: 4; connections_per_worker: 1",
      [
        "3:5: workers: expected a whole number, because connections_per_worker is given, got nothing",
        "5:5: worker: expected one of name, match, size, workers, connections_per_worker, buffer, max_overflow, per, got an unknown key (did you mean workers?)",
      ],
    ],
  ] as const)("%s", ([sizing, issues]) => {
    const told = issues.map((issue) => `pgleash.yml:${issue.replace(/ (\w+):/u, " pools[0].$1:")}`);
    expect(issuesOf(aPool(sizing))).toEqual(told);
  });

  test("at a server, too; and what is no pool at all is told once", () => {
    const text = `servers: [{ name: s, url: "postgres://h", pools: [{ name: a, match: ['usename="a"'] }, 5, null] }]`;
    expect(issuesOf(text).map((issue) => issue.replace(/, got .*/u, ""))).toEqual([
      `pgleash.yml:1:51: servers[0].pools[0].size: ${EITHER}`,
      "pgleash.yml:1:88: servers[0].pools[1]: expected a mapping of keys to values",
      "pgleash.yml:1:91: servers[0].pools[2]: expected a mapping of keys to values",
    ]);
  });
});
