import { describe, expect, test } from "vitest";

import { builtInRules } from "../../src/classify/thresholds.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { anEnvironment, configOf, issuesOf } from "../support/config-text.ts";

const ALL_KEYS =
  "one of every, cron, look_timeout, quick_every, detectors, overrides, expected, expect_markers, pools, label_budget, comment_labels, policy, servers, servers_file, servers_template, allowed_hosts";
const EVERY = "a duration of whole seconds from 1s to 1d";

describe("a file loads", () => {
  test.for(["", "# nothing yet\n", "---\n", "{}", "null"])("when it is empty: %j", (text) => {
    expect(configOf(text)).toEqual({
      labelBudget: 200,
      commentLabels: [],
      policy: expect.objectContaining({ mode: "dry_run", rules: [] }),
      servers: [
        {
          name: "localhost:5432",
          connection: expect.objectContaining({
            addresses: [{ host: "localhost", hostAddress: undefined, port: 5432 }],
            user: "dba",
            database: "dba",
          }),
          schedule: { everySeconds: 10 },
          lookTimeoutSeconds: 5,
          quickEverySeconds: null,
          thresholds: builtInRules,
          pools: [],
        },
      ],
      serversFile: null,
      warnings: [],
    });
  });

  test("when there is none at all", () => {
    expect(parseConfig(undefined, anEnvironment())).toEqual({ config: configOf("") });
  });

  test.for([
    ["every: 2s", 2],
    ["every: 30s", 5],
    ["every: 30s\nlook_timeout: 20s", 20],
    ["look_timeout: 250ms", 0.25],
    ['cron: "0 * * * * *"', 5],
    ['cron: "0 * * * * *"\nlook_timeout: 1m', 60],
  ] as const)("with the look_timeout of %j", ([text, seconds]) => {
    expect(configOf(text).servers[0]?.lookTimeoutSeconds).toBe(seconds);
  });

  test.for([
    ["", null],
    ["quick_every: 0s", null],
    ["quick_every: 2s", 2],
    ["quick_every: 2s\nservers: [{ name: a, url: 'postgres://h', quick_every: 3s }]", 3],
    ["quick_every: 2s\nservers: [{ name: a, url: 'postgres://h', quick_every: 0s }]", null],
  ] as const)("with the quick looks of %j", ([text, seconds]) => {
    expect(configOf(text).servers[0]?.quickEverySeconds).toBe(seconds);
  });

  test.for([
    [{ PGHOST: "db1", PGPORT: "6432" }, "db1:6432"],
    [{ PGHOST: "/run/postgresql" }, "local:5432"],
    [{ DATABASE_URL: "postgres://[::1]/shop" }, "[::1]:5432"],
    [{ PGHOST: "db1,/tmp,@x", PGPORT: "1,2,3" }, "db1:1,local:2,local:3"],
    [{ PGHOST: `${"x".repeat(60)},${"y".repeat(60)}` }, `${"x".repeat(60)}:5432`],
    [{ DATA_SOURCE_URI: "db1/shop" }, "db1:5432"],
  ] as const)("with a name for the server that %j names", ([variables, name]) => {
    expect(configOf("", anEnvironment(variables)).servers[0]?.name).toBe(name);
  });

  test("without looking at DATABASE_URL when it names servers itself", () => {
    const text = "servers: [{ name: a, url: 'postgres://db1' }]";
    const environment = anEnvironment({ DATABASE_URL: "nonsense", DATA_SOURCE_NAME: "nonsense" });
    expect(configOf(text, environment).servers[0]?.connection.addresses[0].host).toBe("db1");
  });
});

describe("one mistake is told as file:line:column: path: expected, got", () => {
  test.for([
    ["every: 5", `1:8: every: expected ${EVERY}, got the number 5 (durations need a unit: write 5s)`],
    ['every: "5"', `1:8: every: expected ${EVERY}, got "5" (durations need a unit: write 5s)`],
    ["every: 0s", `1:8: every: expected ${EVERY}, got "0s"`],
    ["every: 1500ms", `1:8: every: expected ${EVERY}, got "1500ms"`],
    ["every: 25h", `1:8: every: expected ${EVERY}, got "25h"`],
    ["every:", `1:1: every: expected ${EVERY}, got nothing (give it a value, or remove the key)`],
    ["every: 5s\nlook_timeout: 50ms", '2:15: look_timeout: expected a duration from 100ms to 1h, got "50ms"'],
    ["label_budget: 0", "1:15: label_budget: expected a whole number from 1 to 1000, got the number 0"],
    ["label_budget: 1.5", "1:15: label_budget: expected a whole number from 1 to 1000, got the number 1.5"],
    ['label_budget: "9"', '1:15: label_budget: expected a whole number from 1 to 1000, got "9"'],
    ["label_budget: 1001", "1:15: label_budget: expected a whole number from 1 to 1000, got the number 1001"],
    ["evry: 5s", `1:1: evry: expected ${ALL_KEYS}, got an unknown key (did you mean every?)`],
    ["interval: 5s", `1:1: interval: expected ${ALL_KEYS}, got an unknown key`],
    ["__proto__: {}", `1:1: __proto__: expected ${ALL_KEYS}, got an unknown key`],
    ["- every: 5s", "1:1: expected a mapping of keys to values, got a list"],
    ["hunter2", "1:1: expected a mapping of keys to values, got a text"],
    ["detectors: []", "1:12: detectors: expected a mapping of keys to values, got an empty list"],
    ["overrides: { match: [] }", "1:12: overrides: expected a list of overrides, got a mapping"],
    [
      "detectors: { never_use: {} }",
      "1:14: detectors.never_use: expected one of idle_in_transaction_aborted, idle_in_transaction, stalled_client, stale_active, long_transaction, never_used, idle_too_long, prepared_transaction, pool_overgrown, got an unknown key (did you mean never_used?)",
    ],
    ["servers: []", "1:10: servers: expected at least one server, got an empty list"],
    ["servers: x", "1:10: servers: expected a list of servers, got a text"],
    [
      'cron: "* * * * *"',
      '1:7: cron: expected six cron fields (second minute hour day month weekday), got "* * * * *" (seconds come first: write "0 * * * * *")',
    ],
    ['cron: "0 0 0 30 2 *"', '1:7: cron: expected a cron pattern that fires on some day, got "0 0 0 30 2 *"'],
    [
      "cron: 2030-01-01T00:00:00",
      '1:7: cron: expected six cron fields (second minute hour day month weekday), got "2030-01-01T00:00:00"',
    ],
  ] as const)("%j", ([text, message]) => {
    expect(issuesOf(text)).toEqual([`pgleash.yml:${message}`]);
  });

  test.for([
    [
      "enabled: no",
      '14: enabled: expected true or false, got "no" (in YAML 1.2 this is a text: write false)',
    ],
    ["enabled: On", '14: enabled: expected true or false, got "On" (in YAML 1.2 this is a text: write true)'],
    ["enabled: 1", "14: enabled: expected true or false, got the number 1"],
    ["suspect_after: 0s", '20: suspect_after: expected a duration above 0s, got "0s"'],
    ["leaked_after: 1.5h", '19: leaked_after: expected a duration above 0s, got "1.5h"'],
    [
      "suspct_after: 5s",
      "5: suspct_after: expected one of enabled, suspect_after, leaked_after, got an unknown key (did you mean suspect_after?)",
    ],
  ] as const)("in a detector: %s", ([line, message]) => {
    const text = `detectors:\n  stale_active:\n    ${line}\n`;
    const told = message.replace(/ (\w+):/u, " detectors.stale_active.$1:");
    expect(issuesOf(text)).toEqual([`pgleash.yml:3:${told}`]);
  });

  test.for([
    [
      "match: []",
      "4:12: overrides[0].match: expected at least one matcher, because an override must name whom it is for, got an empty list",
    ],
    ["match: usename", "4:12: overrides[0].match: expected a list of matchers, got a text"],
    [
      "match: ['username=\"x\"']",
      '4:13: overrides[0].match[0]: expected a matcher on one of datname, usename, application_name, client_addr, state, query_id, got "username=\\"x\\"" (did you mean usename?)',
    ],
    [
      "match: ['usename=~\"(\"']",
      '4:13: overrides[0].match[0]: expected a regular expression in RE2 syntax, got "usename=~\\"(\\"" (missing closing ))',
    ],
    [
      "match: ['usename=x']",
      '4:13: overrides[0].match[0]: expected a matcher such as usename="app" or application_name=~"web-.*", got "usename=x" (put the value in double quotes, and the whole in single quotes)',
    ],
  ] as const)("in an override: %s", ([line, message]) => {
    expect(issuesOf(`overrides:\n  - detectors: {}\n    #\n    ${line}\n`)).toEqual([
      `pgleash.yml:${message}`,
    ]);
  });

  test.for([
    [
      "- name: a",
      "2:5: servers[0].url: expected a URL such as postgres://user@host:5432/database, or key=value pairs such as host=db1 user=pgleash; or url_file, got nothing",
    ],
    ["- url: postgres://h", "2:5: servers[0].name: expected a name, got nothing"],
    [
      "- { url: 'postgres://h', name: 6 }",
      "2:34: servers[0].name: expected a name, got the number 6 (put it in quotes)",
    ],
    [
      "- { url: 'postgres://h', name: '' }",
      '2:34: servers[0].name: expected a name of 1 to 100 printable characters, got ""',
    ],
    [
      "- { name: a, url: 'postgres://u:hunter2@h?sslmode=bogus' }",
      "2:21: servers[0].url: expected sslmode to be one of disable, allow, prefer, require, verify-ca, verify-full, got something else",
    ],
    [
      "- ",
      "2:5: servers[0]: expected a mapping of keys to values, got nothing (give it a value, or remove the key)",
    ],
  ] as const)("in a server: %s", ([line, message]) => {
    expect(issuesOf(`servers:\n  ${line}\n`)).toEqual([`pgleash.yml:${message}`]);
  });
});

test("all mistakes are told at once, in the order of the file, those between fields too", () => {
  const text = `every: 5
cron: "0 * * * * *"
detectors:
  stalled_client:
    suspct_after: 5s
    suspect_after: 45m
overrides:
  - match: [usename]
    detectors: { stale_active: { enabled: maybe } }
servers:
  - { name: a, url: "postgres://u:hunter2@h?sslmode=bogus&requirepeer=k&x=1" }
  - { name: a, url: "postgres://h:0", every: 1s, look_timeout: 2s }
every: 3s
`;
  expect(issuesOf(text).map((issue) => issue.replace(/: expected.*/u, ""))).toEqual([
    "pgleash.yml:2:1: cron",
    "pgleash.yml:5:5: detectors.stalled_client.suspct_after",
    "pgleash.yml:6:20: detectors.stalled_client.suspect_after",
    "pgleash.yml:8:13: overrides[0].match[0]",
    "pgleash.yml:9:43: overrides[0].detectors.stale_active.enabled",
    "pgleash.yml:11:21: servers[0].url",
    "pgleash.yml:11:21: servers[0].url",
    "pgleash.yml:11:21: servers[0].url",
    "pgleash.yml:12:13: servers[1].name",
    "pgleash.yml:12:21: servers[1].url",
    "pgleash.yml:12:64: servers[1].look_timeout",
    "pgleash.yml:13:1: every",
  ]);
});

describe("the environment", () => {
  test("is told of as such, and each of its mistakes once", () => {
    const text = "servers: [{ name: a, url: 'postgres://h' }, { name: b, url: 'postgres://i' }]";
    expect(issuesOf(text, anEnvironment({ PGPORT: "x", PGREQUIREPEER: "prod" }))).toEqual([
      "environment: PGPORT: expected a port from 1 to 65535, got something else",
      "environment: PGREQUIREPEER: expected no requirepeer, got it, which is not supported (leave it out: who may write to the folder of the socket decides who can listen there)",
    ]);
  });

  test("is told of beside the mistakes of the file", () => {
    expect(issuesOf("evry: 5s", anEnvironment({ DATABASE_URL: "mysql://h" }))).toEqual([
      `pgleash.yml:1:1: evry: expected ${ALL_KEYS}, got an unknown key (did you mean every?)`,
      "environment: DATABASE_URL: expected a URL such as postgres://user@host:5432/database, or key=value pairs such as host=db1 user=pgleash, got something else",
    ]);
  });

  test("may have no user, and a URL may then name one", () => {
    const environment = { ...anEnvironment(), osUser: undefined };
    expect(issuesOf("", environment)).toEqual([
      "environment: PGUSER: expected a user, got none (name one in the connection string or in PGUSER)",
    ]);
    expect(issuesOf("servers: [{ name: a, url: 'postgres://u@h' }]", environment)).toEqual([]);
  });
});
