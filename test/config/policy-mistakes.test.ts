import { describe, expect, test } from "vitest";

import { shippedProtections } from "../../src/config/protections.ts";
import { issuesOf } from "../support/config-text.ts";

const DAY = "a duration of at most 1d";

describe("a mistake in a rule is told with its place", () => {
  const must = {
    match: "['usename=\"orders\"', 'kind=\"idle_in_transaction\"']",
    action: "terminate",
    min_age: "10m",
  };

  /** A rule with what it must have, but for these keys. The first of them is in the sixth line. */
  function ruleWith(lines: string): string {
    const rest = Object.entries(must).filter(([key]) => !new RegExp(`^ *${key}:`, "mu").test(lines));
    const others = rest.map(([key, value]) => `      ${key}: ${value}\n`).join("");
    return `policy:\n  rules:\n    - name: orders\n\n\n      ${lines}\n${others}`;
  }

  test.for([
    [
      "min_age: 10",
      "16: min_age: expected a duration of at least 1m, got the number 10 (durations need a unit: write 10m; at least 15m for never_used and idle_too_long)",
    ],
    ["min_age: 59s", '16: min_age: expected a duration of at least 1m, got "59s"'],
    ["min_age: 10ms", '16: min_age: expected a duration of at least 1m, got "10ms"'],
    [
      "min_age:",
      "7: min_age: expected a duration of at least 1m, got nothing (give it a value, or remove the key)",
    ],
    ["action: kill", '15: action: expected cancel or terminate, got "kill"'],
    [
      "match: []",
      "14: match: expected at least one matcher, because a rule must name whom it is for, got an empty list",
    ],
    ["match: orders", "14: match: expected a list of matchers, got a text"],
    [
      "match: ['kind=\"idle\"']",
      '15: match[0]: expected kind to be one of idle_in_transaction_aborted, idle_in_transaction, stalled_client, stale_active, long_transaction, never_used, idle_too_long, prepared_transaction, pool_overgrown, got "kind=\\"idle\\""',
    ],
    ["sightings: 1", "18: sightings: expected a whole number from 2 to 1000, got the number 1"],
    ["followed_for: 25h", `21: followed_for: expected ${DAY}, got "25h"`],
    ["warn_for: 60", `17: warn_for: expected ${DAY}, got the number 60 (durations need a unit: write 60s)`],
    ["min_harm: locks", '17: min_harm: expected one of slot, ddl, vacuum, blocking, got "locks"'],
    [
      "min_pressure: 80",
      "21: min_pressure: expected a percentage from 0% to 100%, got the number 80 (a percentage needs its sign: write 80%)",
    ],
    ["min_pressure: 101%", '21: min_pressure: expected a percentage from 0% to 100%, got "101%"'],
    ["share: 0%", '14: share: expected a percentage from 0.01% to 100%, got "0%"'],
    ["max_work_at_risk: none", '25: max_work_at_risk: expected a duration, or any, got "none"'],
    ["server_role: replica", '20: server_role: expected primary, standby or any, got "replica"'],
    [
      "limits: { per_look: 0 }",
      "27: limits.per_look: expected a whole number from 1 to 100, got the number 0",
    ],
    [
      "limits: { per_hour: 31 }",
      "27: limits.per_hour: expected at most 30 (policy.limits.per_hour, built in), got 31",
    ],
    [
      "limits: { cool_down: 1s }",
      "17: limits.cool_down: expected one of per_look, per_minute, per_hour, got an unknown key",
    ],
    [
      "min_ages: 10m",
      "7: min_ages: expected one of name, match, action, min_age, sightings, followed_for, min_harm, min_pressure, max_work_at_risk, server_role, during, except, warn_for, limits, share, got an unknown key (did you mean min_age?)",
    ],
  ] as const)("%s", ([line, message]) => {
    const told = message.replace(/^(\d+): /u, "6:$1: policy.rules[0].");
    expect(issuesOf(ruleWith(line))).toEqual([`pgleash.yml:${told}`]);
  });

  test.for(["match", "action", "min_age"] as const)("%s is missing", (key) => {
    const lines = Object.entries(must).filter(([other]) => other !== key);
    const rule = lines.map(([other, value]) => `${other}: ${value}`).join(", ");
    const [issue, ...others] = issuesOf(`policy: { rules: [{ name: orders, ${rule} }] }`);
    expect(issue).toMatch(
      new RegExp(`^pgleash.yml:1:19: policy.rules\\[0\\].${key}: expected .*, got nothing$`, "u"),
    );
    expect(others).toEqual([]);
  });

  const scope =
    "expected a matcher with = or =~ that names a database, role, application or client, got none (a rule is never for everybody, so .* and its like do not count)";

  test.for([
    `'severity="leaked"'`,
    `'usename=~".*"'`,
    `'usename=~".+"', 'datname=~"[a-z_]+"'`,
    `'usename!="admin"'`,
    `'application_name=""'`,
    `'server="main"', 'comment.route="/checkout"'`,
  ])("it names nobody: %s", (match) => {
    expect(issuesOf(ruleWith(`match: [${match}, 'kind="idle_in_transaction"']`))).toEqual([
      `pgleash.yml:6:14: policy.rules[0].match: ${scope}`,
    ]);
  });

  const pattern = "five cron fields (minute hour day month weekday), or six that begin with the second";
  const zone = "a time zone such as Europe/Berlin or UTC";

  test.for([
    ["{ cron: ['* 8'], time_zone: UTC }", `24: during.cron[0]: expected ${pattern}, got "* 8"`],
    [
      "{ cron: ['@daily'], time_zone: UTC }",
      "24: during.cron[0]: expected " + pattern + ", got a text that may hold a password",
    ],
    ["{ cron: ['0 0 30 2 *'], time_zone: UTC }", `24: during.cron[0]: expected ${pattern}, got "0 0 30 2 *"`],
    // The 30th of February, on whatever weekday: both must match.
    [
      "{ cron: ['0 0 30 2 MON'], time_zone: UTC }",
      `24: during.cron[0]: expected ${pattern}, got "0 0 30 2 MON"`,
    ],
    ["{ cron: ['60 8 * * *'], time_zone: UTC }", `24: during.cron[0]: expected ${pattern}, got "60 8 * * *"`],
    [
      "{ cron: ['0 0 0 1 1 * 2026'], time_zone: UTC }",
      `24: during.cron[0]: expected ${pattern}, got "0 0 0 1 1 * 2026"`,
    ],
    [
      "{ cron: ['2030-01-01T00:00:00'], time_zone: UTC }",
      `24: during.cron[0]: expected ${pattern}, got "2030-01-01T00:00:00"`,
    ],
    [
      "{ cron: [], time_zone: UTC }",
      "23: during.cron: expected at least one cron pattern, got an empty list",
    ],
    [
      "{ cron: '* 8 * * *', time_zone: UTC }",
      "23: during.cron: expected a list of cron patterns, got a text",
    ],
    ["{ cron: ['* 8 * * *'] }", `15: during.time_zone: expected ${zone}, got nothing`],
    [
      "{ time_zone: Europe/Berln, cron: ['* 8 * * *'] }",
      `28: during.time_zone: expected ${zone}, got "Europe/Berln"`,
    ],
    ["{ time_zone: '+02:00', cron: ['* 8 * * *'] }", `28: during.time_zone: expected ${zone}, got "+02:00"`],
    ["{ time_zone: '', cron: ['* 8 * * *'] }", `28: during.time_zone: expected ${zone}, got ""`],
    ["['* 8 * * *']", "15: during: expected a mapping of keys to values, got a list"],
  ] as const)("its window is %s", ([window, message]) => {
    const told = message.replace(/^(\d+): /u, "6:$1: policy.rules[0].");
    expect(issuesOf(ruleWith(`during: ${window}`))).toEqual([`pgleash.yml:${told}`]);
  });
});

describe("a mistake in the rest of the policy is told with its place", () => {
  const path = "the absolute path of a file";
  const names = shippedProtections.map(({ name }) => name).join(", ");
  const protection = `{ name: NAME, match: ['usename="nightly"'] }`;
  const rule = `{ name: NAME, match: ['usename="orders"', 'kind="never_used"'], action: terminate, min_age: 15m }`;

  test.for([
    ["mode: kill", '2:9: policy.mode: expected dry_run or enforce, got "kill"'],
    [
      "mode: enforce",
      '2:9: policy.mode: expected dry_run as long as there is no audit_file and no pause_file, got "enforce" (nobody is ended without a record: name an audit_file; without one "pgleash pause" stops nobody: name a pause_file)',
    ],
    [
      "mode: enforce\n  audit_file: /run/a",
      '2:9: policy.mode: expected dry_run as long as there is no pause_file, got "enforce" (without one "pgleash pause" stops nobody: name a pause_file)',
    ],
    [
      "mode: enforce\n  pause_file: /run/a",
      '2:9: policy.mode: expected dry_run as long as there is no audit_file, got "enforce" (nobody is ended without a record: name an audit_file)',
    ],
    ["audit_file: audit.jsonl", `2:15: policy.audit_file: expected ${path}, got "audit.jsonl"`],
    ["pause_file: /run/pgleash/", `2:15: policy.pause_file: expected ${path}, got "/run/pgleash/"`],
    [
      "audit_file: /run/a\n  pause_file: /run/a",
      "3:15: policy.pause_file: expected a file of its own, got the one of policy.audit_file",
    ],
    [
      "audit_file: /run/pgleash/a\n  pause_file: /run//x/../pgleash/./a",
      "3:15: policy.pause_file: expected a file of its own, got the one of policy.audit_file",
    ],
    ["lease_database: ''", '2:19: policy.lease_database: expected the name of a database, got ""'],
    [
      "limits: { share: 5 }",
      "2:20: policy.limits.share: expected a percentage from 0.01% to 100%, got the number 5 (a percentage needs its sign: write 5%)",
    ],
    [
      "limits: { share_window: 30s }",
      '2:27: policy.limits.share_window: expected a duration from 1m to 1d, got "30s"',
    ],
    [
      "limits: { cool_down: 10 }",
      "2:24: policy.limits.cool_down: expected a duration from 0s to 1d, got the number 10 (durations need a unit: write 10s)",
    ],
    [
      "limits: { per_minute: 1001 }",
      "2:25: policy.limits.per_minute: expected a whole number from 1 to 1000, got the number 1001",
    ],
    [
      "breaker: { futile_acts: 0 }",
      "2:27: policy.breaker.futile_acts: expected a whole number from 1 to 100, got the number 0",
    ],
    [
      "unprotect: [psq]",
      `2:15: policy.unprotect[0]: expected one of ${names}, got "psq" (did you mean psql?)`,
    ],
    ["unprotect: psql", "2:14: policy.unprotect: expected a list of names, got a text"],
    [
      "protect: [{ name: a, match: [] }]",
      "2:31: policy.protect[0].match: expected at least one matcher, because a protection must name whom it is for, got an empty list",
    ],
    [
      `protect: [{ name: a, match: ['comment.job="nightly"'] }]`,
      '2:32: policy.protect[0].match[0]: expected a matcher on one of server, datname, usename, application_name, client_addr, got "comment.job=\\"nightly\\"" (comments and query ids change and get lost: protect by whose session it is)',
    ],
    [
      `protect: [${protection.replace("NAME", "psql")}]`,
      "2:21: policy.protect[0].name: expected a name that no shipped protection has, got one of them (choose another name, or list this one in unprotect)",
    ],
    [
      `protect:\n    - ${protection.replace("NAME", "a")}\n    - ${protection.replace("NAME", "a")}`,
      "4:15: policy.protect[1].name: expected a name that no other protection has, got the name of policy.protect[0]",
    ],
    [
      `rules:\n    - ${rule.replace("NAME", "a")}\n    - ${rule.replace("NAME", "a")}`,
      "4:15: policy.rules[1].name: expected a name that no other rule has, got the name of policy.rules[0]",
    ],
    [
      `limits: { per_look: 2 }\n  rules:\n    - ${rule.replace("NAME", "a").replace("15m }", "15m, limits: { per_look: 3 } }")}`,
      "4:121: policy.rules[0].limits.per_look: expected at most 2 (policy.limits.per_look), got 3",
    ],
    [
      "rule: []",
      "2:3: policy.rule: expected one of mode, audit_file, pause_file, lease_database, limits, breaker, unprotect, protect, rules, got an unknown key (did you mean rules?)",
    ],
  ] as const)("%s", ([lines, message]) => {
    expect(issuesOf(`policy:\n  ${lines}\n`)).toEqual([`pgleash.yml:${message}`]);
  });

  test.for([
    ['server="orders"', []],
    ['server=~"ord.*"', []],
    ['server="order"', ["expected server to be one of orders, billing, got another (did you mean orders?)"]],
    ['server!="main"', ["expected server to be one of orders, billing, got another"]],
  ] as const)("a server that the file does not name: %s", ([text, issues]) => {
    const policy = `policy: { protect: [{ name: a, match: ['${text}'] }] }`;
    const servers =
      "servers: [{ name: orders, url: 'postgres://h' }, { name: billing, url: 'postgres://i' }]";
    const told = issues.map((issue) => `pgleash.yml:1:40: policy.protect[0].match[0]: ${issue}`);
    expect(issuesOf(`${policy}\n${servers}`)).toEqual(told);
    expect(issuesOf(policy)).toEqual([]);
  });
});
