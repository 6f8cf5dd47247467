import { describe, expect, test } from "vitest";

import { parseConfig } from "../../src/config/parse.ts";
import { showConfig } from "../../src/config/show.ts";
import { anEnvironment, configOf, issuesOf } from "../support/config-text.ts";

const FILE = "the absolute path of a .json, .yml or .yaml file, with * in its last step at most";

function paths(count: number): string {
  return Array.from({ length: count }, (_, at) => `/${at}.yml`).join(", ");
}

function text(template: string): string {
  return `every: 7s\nservers_file: /all.yml\nservers_template: ${template}`;
}

describe("servers_file", () => {
  test.for([
    ["one path", "servers_file: /etc/pgleash/all.yml", ["/etc/pgleash/all.yml"]],
    [
      "a list",
      "servers_file: [/a.json, '/b/*.yaml', /c/db-*-x*.YML]",
      ["/a.json", "/b/*.yaml", "/c/db-*-x*.YML"],
    ],
  ] as const)("may be %s", ([, file, patterns]) => {
    const config = configOf(file);
    expect(config.serversFile?.patterns).toEqual(patterns);
    expect(config.servers).toEqual([]);
  });

  test("stands beside the servers of the file, and takes the place of the environment's", () => {
    const file = "servers: [{ name: a, url: 'postgres://db1' }]\nservers_file: /all.yml";
    expect(configOf(file).servers.map(({ name }) => name)).toEqual(["a"]);
    const environment = anEnvironment({ DATABASE_URL: "nonsense" });
    expect(configOf("servers_file: /all.yml", environment).servers).toEqual([]);
    expect(issuesOf("servers_file: /all.yml\nevery: 5", environment)).toHaveLength(1);
  });

  test("is null without one", () => {
    expect(configOf("").serversFile).toBeNull();
  });

  test.for([
    ["servers_file: all.yml", `1:15: servers_file: expected ${FILE}, got another text`],
    ["servers_file: /etc/*/all.yml", `1:15: servers_file: expected ${FILE}, got another text`],
    ["servers_file: /all.txt", `1:15: servers_file: expected ${FILE}, got another text`],
    ["servers_file:\n  - /a.yml\n  - /b", `3:5: servers_file[1]: expected ${FILE}, got another text`],
    ["servers_file: 5", `1:15: servers_file: expected ${FILE}; or a list of them, got the number 5`],
    ["servers_file: []", "1:15: servers_file: expected 1 to 100 paths, got 0"],
    [
      "servers_template: { every: 1s }",
      "1:1: servers_template: expected servers_file beside it, got none (it is for the servers that such a file names)",
    ],
    [
      "allowed_hosts: [db1]",
      "1:1: allowed_hosts: expected servers_file beside it, got none (it is for the servers that such a file names)",
    ],
  ] as const)("%j is told at its place", ([file, told]) => {
    expect(issuesOf(file)).toEqual([`pgleash.yml:${told}`]);
  });

  test("lists at most 100 paths", () => {
    expect(issuesOf(`servers_file: [${paths(100)}]`)).toEqual([]);
    expect(issuesOf(`servers_file: [${paths(101)}]`)).toEqual([
      "pgleash.yml:1:15: servers_file: expected 1 to 100 paths, got 101",
    ]);
  });

  test("lets matchers name servers that the file does not", () => {
    const policy = `policy: { protect: [{ name: a, match: ['server="db1:5432"'] }] }\n`;
    const server = "servers: [{ name: other, url: 'postgres://db1' }]\n";
    expect(issuesOf(policy + server)).toHaveLength(1);
    expect(issuesOf(`${policy + server}servers_file: /all.yml`)).toEqual([]);
  });
});

describe("servers_template", () => {
  test("comes before the top level, as what a server says for itself does", () => {
    const { template } = configOf(text("{ look_timeout: 2s, detectors: { never_used: { enabled: false } } }"))
      .serversFile ?? { template: null };
    expect(template?.common).toMatchObject({
      schedule: { everySeconds: 7 },
      lookTimeoutSeconds: 2,
      thresholds: { defaults: { never_used: { enabled: false } } },
    });
  });

  test.for([
    ["{ url: 'postgres://db1/' }", "no host, hostaddr and port, got one of them"],
    ["{ url: 'port=5433' }", "no host, hostaddr and port, got one of them"],
    ["{ url: 'sslmode=no' }", "sslmode to be one of"],
    ["{ every: 1s, cron: '* * * * * *' }", "either every or cron, got both"],
    ["{ look_timeout: 8s }", "at most 7s (every), got 8s"],
    ["{ detectors: { never_used: { suspect_after: 1d } } }", "at most 1h"],
    ["{ name: x }", "one of url, password_file"],
    ["{ url_file: /x }", "one of url, password_file"],
    ["{ url: 'password=a', password_file: /x }", "either password_file or a password in the url, got both"],
  ] as const)("%s is a mistake", ([template, told]) => {
    const [issue, ...others] = issuesOf(text(template));
    expect(others).toEqual([]);
    expect(issue).toContain(told);
    expect(issue).toMatch(/^pgleash[.]yml:3:\d+: servers_template/u);
  });

  test("is judged before there is any target, and its warnings are told once", () => {
    const environment = anEnvironment({ PGSSLMODE: "sideways" });
    expect(issuesOf(text("{ every: 9s }"), environment)).toEqual([
      expect.stringMatching(/^environment: PGSSLMODE: expected sslmode to be one of/u),
    ]);
    const { warnings } = configOf(text("{ url: 'application_name=me' }"));
    expect(warnings).toEqual([expect.stringContaining("servers_template.url: application_name is not used")]);
  });
});

describe("allowed_hosts", () => {
  const expected =
    "a host name, *.domain, an address, a network such as 10.0.0.0/8, or the folder of a socket";

  test.for(["db1", "'*.example'", "10.0.0.7", "10.0.0.0/8", "'::1'", "'fd00::/8'", "/run/pg", "'@abstract'"])(
    "may name %s",
    (entry) => {
      const config = configOf(`servers_file: /all.yml\nallowed_hosts: [${entry}]`);
      expect(config.serversFile?.allowedHosts).toEqual([entry.replaceAll("'", "")]);
    },
  );

  test.for([
    "'*'",
    "'a*'",
    "'*.*'",
    "''",
    "10.0.0.0/33",
    "10.0.0/8",
    "'fd00::/129'",
    "'a b'",
    "'http://a'",
    "'a:1'",
  ])("not %s", (entry) => {
    expect(issuesOf(`servers_file: /all.yml\nallowed_hosts: [${entry}]`)).toEqual([
      expect.stringContaining(`2:17: allowed_hosts[0]: expected ${expected}, got`),
    ]);
  });

  test("names somebody", () => {
    expect(issuesOf("servers_file: /all.yml\nallowed_hosts: []")).toEqual([
      expect.stringContaining("expected at least one host"),
    ]);
    expect(configOf("servers_file: /all.yml").serversFile?.allowedHosts).toBeNull();
  });

  const warning =
    "pgleash.yml:1:15: warning: servers_file: whoever writes these files can have the password sent to a host of their own (list your hosts in allowed_hosts)";
  const withUrl = "servers_file: /all.yml\nservers_template: { url: 'user=a password=b' }";

  test("is missed where there is a password", () => {
    expect(configOf(withUrl).warnings).toEqual([warning]);
    const withFile = "servers_file: /all.yml\nservers_template: { password_file: /run/p }";
    expect(configOf(withFile).warnings).toEqual([warning]);
    const environment = anEnvironment({ PGPASSWORD: "b" });
    expect(configOf("servers_file: /all.yml", environment).warnings).toEqual([warning]);
  });

  test("is missed nowhere else", () => {
    expect(configOf(`${withUrl}\nallowed_hosts: [db1]`).warnings).toEqual([]);
    expect(configOf("servers_file: /all.yml").warnings).toEqual([]);
  });
});

test("what is shown of it loads to the same configuration, and shows no password", () => {
  const full = `servers_file: [/a.yml, "/b/*.json"]
allowed_hosts: ["*.db.example", /run/pg]
servers_template:
  url: user=watch password='s3cret w' dbname='it''s \\\\ "x"' sslmode=require
  sslpassword_file: /run/key
  every: 3s
  detectors: { stale_active: { enabled: false } }
  overrides: [{ match: ['usename="a"'], detectors: { stale_active: { enabled: true } } }]
  pools: [{ name: web, match: ['usename="b"'], size: 3 }]
`.replace("'it''s", String.raw`'it\'s`);
  const shown = showConfig(configOf(full));
  expect(shown).not.toContain("s3cret");
  const again = parseConfig({ name: "shown", text: shown.replace("***", "'s3cret w'") }, anEnvironment());
  if ("issues" in again) throw new Error(JSON.stringify(again.issues));
  expect(JSON.stringify(again.config)).toBe(JSON.stringify(configOf(full)));
  expect(showConfig(again.config)).toBe(shown);
});
