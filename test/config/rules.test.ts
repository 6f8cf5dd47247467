import { describe, expect, test } from "vitest";

import { issuesOf } from "../support/config-text.ts";

describe("a schedule is given once in each place", () => {
  test.for([
    ["every: 5s\ncron: '0 * * * * *'", ["pgleash.yml:2:1: cron: expected either every or cron, got both"]],
    [
      "servers: [{ name: a, url: 'postgres://h', cron: '0 * * * * *', every: 5s }]",
      ["pgleash.yml:1:43: servers[0].cron: expected either every or cron, got both"],
    ],
    ["every: 5s\nservers: [{ name: a, url: 'postgres://h', cron: '0 * * * * *' }]", []],
  ] as const)("%j", ([text, issues]) => {
    expect(issuesOf(text)).toEqual(issues);
  });
});

test("a server has a name that no other has", () => {
  const text = `servers:
  - { name: a, url: "postgres://h" }
  - { name: b, url: "postgres://h" }
  - { name: a, url: "postgres://i" }
`;
  expect(issuesOf(text)).toEqual([
    "pgleash.yml:4:13: servers[2].name: expected a name that no other server has, got the name of servers[0]",
  ]);
});

describe("a look ends before the next is due", () => {
  test.for([
    ["every: 5s\nlook_timeout: 5s", []],
    ["every: 5s\nlook_timeout: 6s", ["2:15: look_timeout: expected at most 5s (every), got 6s"]],
    ["look_timeout: 11s", ["1:15: look_timeout: expected at most 10s (every, built in), got 11s"]],
    ["cron: '0 * * * * *'\nlook_timeout: 11s", []],
    [
      "look_timeout: 4s\nservers: [{ name: a, url: 'postgres://h', every: 3s }]",
      ["2:50: servers[0].every: expected at least 4s (look_timeout), got 3s"],
    ],
    [
      "every: 3s\nservers: [{ name: a, url: 'postgres://h', look_timeout: 4s }]",
      ["2:57: servers[0].look_timeout: expected at most 3s (every), got 4s"],
    ],
    ["every: 3s\nservers: [{ name: a, url: 'postgres://h', look_timeout: 4s, cron: '0 * * * * *' }]", []],
    ["every: 1s\nlook_timeout: 20s\nservers: [{ name: a, url: 'postgres://h', every: 1m }]", []],
  ] as const)("%j", ([text, issues]) => {
    expect(issuesOf(text)).toEqual(issues.map((issue) => `pgleash.yml:${issue}`));
  });
});

describe("quick looks come between looks", () => {
  test.for([
    ["quick_every: 9s", []],
    ["quick_every: 0s\nevery: 1s", []],
    ["quick_every: 10s", ["1:14: quick_every: expected less than 10s (every, built in), got 10s"]],
    ["every: 5s\nquick_every: 5s", ["2:14: quick_every: expected less than 5s (every), got 5s"]],
    ["every: 5s\nquick_every: 6s", ["2:14: quick_every: expected less than 5s (every), got 6s"]],
    ["cron: '0 * * * * *'\nquick_every: 11s", []],
    [
      "quick_every: 4s\nservers: [{ name: a, url: 'postgres://h', every: 4s }]",
      ["2:50: servers[0].every: expected more than 4s (quick_every), got 4s"],
    ],
    ["quick_every: 4s\nservers: [{ name: a, url: 'postgres://h', every: 4s, quick_every: 0s }]", []],
    [
      "quick_every: 500ms",
      ['1:14: quick_every: expected a duration of whole seconds from 1s to 1h, or 0s for none, got "500ms"'],
    ],
  ] as const)("%j", ([text, issues]) => {
    expect(issuesOf(text)).toEqual(issues.map((issue) => `pgleash.yml:${issue}`));
  });
});

describe("a session is a suspect before it is leaked", () => {
  const server = "servers: [{ name: a, url: 'postgres://h'";

  test.for([
    ["detectors: { stale_active: { suspect_after: 2h } }", []],
    [
      "detectors: { stale_active: { suspect_after: 3h } }",
      ["1:45: detectors.stale_active.suspect_after: expected at most 2h (leaked_after, built in), got 3h"],
    ],
    [
      "detectors: { stale_active: { leaked_after: 1m } }",
      ["1:44: detectors.stale_active.leaked_after: expected at least 30m (suspect_after, built in), got 1m"],
    ],
    [
      "detectors: { stale_active: { leaked_after: 1m, suspect_after: 2m } }",
      [
        "1:63: detectors.stale_active.suspect_after: expected at most 1m (detectors.stale_active.leaked_after), got 2m",
      ],
    ],
    [
      `detectors: { stale_active: { leaked_after: 1h } }\n${server}, detectors: { stale_active: { suspect_after: 90m } } }]`,
      [
        "2:87: servers[0].detectors.stale_active.suspect_after: expected at most 1h (detectors.stale_active.leaked_after), got 1h30m",
      ],
    ],
    [
      `detectors: { stale_active: { suspect_after: 3h } }\n${server}, detectors: { stale_active: { leaked_after: 4h } } }]`,
      [],
    ],
    [
      `overrides: [{ match: ['usename="a"'], detectors: { stale_active: { suspect_after: 3h } } }]`,
      [
        "1:83: overrides[0].detectors.stale_active.suspect_after: expected at most 2h (leaked_after, built in), got 3h",
      ],
    ],
    [
      `${server}, overrides: [{ match: ['usename="a"'], detectors: { stale_active: { leaked_after: 1m } } }] }]`,
      [
        "1:124: servers[0].overrides[0].detectors.stale_active.leaked_after: expected at least 30m (suspect_after, built in), got 1m",
      ],
    ],
  ] as const)("%j", ([text, issues]) => {
    expect(issuesOf(text)).toEqual(issues.map((issue) => `pgleash.yml:${issue}`));
  });

  test("which is told once, however many servers share the mistake", () => {
    const text = `detectors: { stale_active: { leaked_after: 1m } }
servers: [{ name: a, url: "postgres://h" }, { name: b, url: "postgres://i" }]`;
    expect(issuesOf(text)).toHaveLength(1);
  });

  test("which is not judged while one of the two cannot be read", () => {
    const text = "detectors: { stale_active: { suspect_after: 3x, leaked_after: 1m } }";
    expect(issuesOf(text)).toEqual([
      'pgleash.yml:1:45: detectors.stale_active.suspect_after: expected a duration above 0s, got "3x"',
    ]);
  });
});
