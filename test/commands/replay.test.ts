import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { runWords, type Ran } from "../support/a-runtime.ts";
import { aRecording, looksAt } from "../support/a-recording.ts";
import { aFolder, aPath } from "../support/an-audit.ts";

/** A configuration of this policy, in which every kind is a suspect after 10 s and leaked after 60 s. */
async function aConfigOf(name: string, rules: string, servers = ""): Promise<string> {
  const path = join(await aFolder(), name);
  const threshold = "{ suspect_after: 10s, leaked_after: 60s }";
  await writeFile(
    path,
    `detectors: { idle_in_transaction: ${threshold}, pool_overgrown: ${threshold} }
policy:
  limits: { per_look: 1, per_minute: 9, per_hour: 9, share: 50%, share_window: 1h, cool_down: 1s }
  rules: [${rules}]
${servers}`,
  );
  return path;
}

function rule(
  name: string,
  match: string,
  { kind = "idle_in_transaction.*", action = "terminate", more = "" } = {},
): string {
  return `{ name: ${name}, match: ['${match}', 'kind=~"${kind}"'], action: ${action}, min_age: 1m, sightings: 2, followed_for: 0s, warn_for: 0s${more} }`;
}

function slow(action: string): string {
  return rule("slow", 'usename="app"', { kind: "stale_active", action });
}

const everybody = rule("app", 'usename="app"');

/** One leaks at the third look, another one from the start; a third one is a superuser's. */
const sessions = [
  { pid: 11, seconds: 45 },
  { pid: 22, seconds: 900, backend: { applicationName: "etl", clientAddr: "10.0.0.8" } },
  { pid: 33, seconds: 900, backend: { usename: "postgres", isSuperuser: true } },
];

function replay(...words: readonly string[]): Promise<Ran> {
  return runWords(["replay", ...words]);
}

describe("E3: pgleash replay", () => {
  test("prints what a policy would have done, and what spared the rest", async () => {
    const file = await aRecording(...looksAt(sessions));
    const config = await aConfigOf("new.yml", everybody);
    expect(await replay(file, `--config.file=${config}`)).toEqual({
      code: 0,
      stderr: "",
      stdout: `TIME                  RULE  ACTION     KIND                 HARM    AGE  APPLICATION  ROLE  DATABASE  PID
2027-01-15T08:00:10Z  app   terminate  idle_in_transaction  vacuum  15m  etl          app   shop       22
2027-01-15T08:00:20Z  app   terminate  idle_in_transaction  vacuum  65s  web-1        app   shop       11

main: 6 looks, 2027-01-15T08:00:00Z to 2027-01-15T08:00:50Z (50s); 3 suspects, 3 of them leaked
main: the policy would have acted 2 times: app 2
main: spared, each suspect once for each reason: not_leaked 1, too_few_sightings 1, no_rule 1
`,
    });
  });

  test("with --against, the difference", async () => {
    const file = await aRecording(...looksAt(sessions));
    const config = await aConfigOf("new.yml", rule("etl", 'application_name="etl"'));
    const old = await aConfigOf("old.yml", everybody);
    const { code, stdout } = await replay(file, `--config.file=${config}`, `--against=${old}`);
    expect(code).toBe(0);
    const difference = stdout.slice(stdout.indexOf("only under"));
    expect(difference).toMatch(
      /^only under .*new.yml: nobody\nonly under .*old.yml:\nTIME .*\n2027.* app +terminate .* 11\n$/,
    );
    expect(stdout).toMatch(
      /new.yml:\nmain: 6 looks.*\nmain: .* acted 1 time: etl 1\n[^]*old.yml:\nmain: 6 looks/,
    );
  });

  test("with --against, whom both act on in another way once", async () => {
    const running = { state: "active", waitEventType: null, waitEvent: null, querySeconds: 9000 } as const;
    const file = await aRecording(
      ...looksAt([...sessions.slice(0, 1), { pid: 44, seconds: 9000, backend: running }]),
    );
    const config = `--config.file=${await aConfigOf("new.yml", [everybody, slow("terminate")].join(", "))}`;
    const against = `--against=${await aConfigOf("old.yml", slow("cancel"))}`;
    const { stdout } = await replay(file, config, against);
    const difference = stdout.slice(stdout.indexOf("only under"));
    expect(difference).toMatch(
      /^only under .*new.yml:\nTIME .*\n.* app +terminate .* 11\nonly under .*old.yml: nobody\nother action under .*new.yml than under .*old.yml:\nTIME .*\n.* slow +terminate, not cancel .* 44\n$/,
    );
    const json = await replay(file, config, against, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      only_policy: [{ pid: 11 }],
      only_against: [],
      other_action: [{ pid: 44, action: "terminate", action_against: "cancel" }],
    });
  });

  test("as JSON, under the names of the API", async () => {
    const file = await aRecording(...looksAt(sessions));
    const config = await aConfigOf("new.yml", everybody);
    const old = await aConfigOf(
      "old.yml",
      rule("etl", 'application_name="etl"', { more: ", max_work_at_risk: 0s" }),
    );
    const { stdout } = await replay(file, `--config.file=${config}`, `--against=${old}`, "--json");
    const act = { time: "2027-01-15T08:00:20Z", rule: "app", action: "terminate", pid: 11, usename: "app" };
    expect(JSON.parse(stdout)).toMatchObject({
      policy: {
        config_file: config,
        servers: [{ server: "main", looks: 6, suspects: 3, leaked: 3, spared: { no_rule: 1 } }],
        acts: [{ pid: 22 }, act],
      },
      against: { config_file: old, acts: [], servers: [{ spared: { too_much_work_at_risk: 1 } }] },
      only_policy: [{ pid: 22 }, act],
      only_against: [],
    });
    const alone = await replay(file, `--config.file=${config}`, "--json");
    expect(JSON.parse(alone.stdout)).toMatchObject({
      against: null,
      only_policy: [],
      only_against: [],
      other_action: [],
    });
  });

  test("a policy that ends nobody says so", async () => {
    const file = await aRecording(...looksAt(sessions));
    const { stdout } = await replay(file, `--config.file=${await aConfigOf("new.yml", "")}`);
    expect(stdout).toMatch(/^main: 6 looks, .*\nmain: the policy would have ended nobody\nmain: spared/);
  });

  test("what the recording lacks is told, and when nobody could have been ended", async () => {
    const file = await aRecording(
      ...looksAt(sessions, { isPooled: true }),
      ...looksAt(sessions, { looks: 2, canSignal: false }),
    );
    const config = join(await aFolder(), "younger.yml");
    await writeFile(config, "detectors: { idle_in_transaction: { suspect_after: 1s, leaked_after: 2s } }\n");
    const { stdout } = await replay(file, `--config.file=${config}`);
    expect(stdout).toContain("main: at 6 looks a pooler sat in between (pooled): nobody could have been");
    expect(stdout).toContain(
      "main: at 2 looks our role was no member of pg_signal_backend (no_privilege): nobody could have been",
    );
    const json = await replay(file, `--config.file=${config}`, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      policy: { servers: [{ pooled_looks: 6, no_privilege_looks: 2 }] },
    });
    expect(stdout).toContain("the recording lacks sessions that were idle in a transaction");
  });

  test("names that steer a terminal are escaped", async () => {
    const backend = { applicationName: "a\u001b[2Jb" };
    const file = await aRecording(...looksAt([{ pid: 11, seconds: 900, backend }], { server: "db\u009b" }));
    const config = await aConfigOf("new.yml", everybody);
    for (const json of [[], ["--json"]]) {
      const { stdout } = await replay(file, `--config.file=${config}`, ...json);
      expect(stdout).not.toMatch(/[^ -~\n]/);
      expect(stdout).toContain("[2Jb");
    }
  });
});

describe("E3: which server a recorded look is judged as", () => {
  const servers = `servers:
  - { name: strict, url: "postgres://u@a/d", detectors: { idle_in_transaction: { enabled: false } } }
  - { name: main, url: "postgres://u@b/d" }`;

  test("the one of its name, or the only one", async () => {
    const looks = [...looksAt(sessions), ...looksAt(sessions, { server: "strict" })];
    const file = await aRecording(...looks);
    const several = `--config.file=${await aConfigOf("several.yml", everybody, servers)}`;
    const { stdout } = await replay(file, several);
    expect(stdout).toMatch(/PID +SERVER\n.* 22 +main\n.* 11 +main\n\n/);
    expect(stdout).toMatch(/^main: 6 looks.* 3 suspects/m);
    expect(stdout).toMatch(/^strict: 6 looks.* 0 suspects/m);
    const one = `--config.file=${await aConfigOf("one.yml", everybody)}`;
    const { stdout: both } = await replay(file, one);
    expect(both).toMatch(/^strict: 6 looks.* 3 suspects/m);
    expect(both).toMatch(/^TIME.*\n.* 22 +main\n.* 22 +strict\n.* 11 +main\n.* 11 +strict\n\n/);
    expect((await replay(file, one, "--server=strict")).stdout).not.toMatch(/^main/m);
  });

  test("a look at a server that a file of several does not name is an error", async () => {
    const file = await aRecording(...looksAt(sessions), ...looksAt(sessions, { server: "other" }));
    const config = await aConfigOf("several.yml", everybody, servers);
    const { code, stdout, stderr } = await replay(file, `--config.file=${config}`);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `pgleash: ${file}:7: a look at "other", and ${config} names several servers, but not this one\n`,
    );
    expect((await replay(file, `--config.file=${config}`, "--server=main")).code).toBe(0);
  });

  test("a server that nobody looked at is an error that names others", async () => {
    const file = await aRecording(...looksAt(sessions));
    const config = await aConfigOf("new.yml", everybody);
    const { code, stderr } = await replay(file, `--config.file=${config}`, "--server=mian");
    expect([code, stderr]).toEqual([1, `pgleash: no look in ${file} is at "mian", but at "main"\n`]);
  });

  test("more servers than anybody watches are an error", async () => {
    const names = Array.from({ length: 1001 }, (_none, index) => `db${index}`);
    const file = await aRecording(...names.flatMap((server) => looksAt([], { looks: 1, server })));
    const config = `--config.file=${await aConfigOf("new.yml", everybody)}`;
    const { code, stderr } = await replay(file, config);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/:1001: .*more than 1000 servers: choose one/)]);
    expect((await replay(file, config, "--server=db1000")).code).toBe(0);
  });

  test("where the configuration does not say whom to connect as, nobody minds", async () => {
    const file = await aRecording(...looksAt(sessions));
    const config = await aConfigOf("new.yml", everybody);
    const { code } = await runWords(["replay", file, `--config.file=${config}`], { osUser: undefined });
    expect(code).toBe(0);
  });
});

describe("E22: a recording that is not whole", () => {
  test("lines that are torn are left out, counted, and told by the number of the first", async () => {
    const file = await aRecording(...looksAt(sessions));
    const config = `--config.file=${await aConfigOf("new.yml", everybody)}`;
    await appendFile(file, '{"v":1,"ser');
    const once = await replay(file, config);
    expect([once.code, once.stderr]).toEqual([
      0,
      `pgleash: ${file}:7: this line is no recorded look, and was left out\n`,
    ]);
    expect(once.stdout).toContain("acted 2 times");
    await appendFile(file, "\n\nnonsense\n");
    const twice = await replay(file, config);
    expect(twice.stderr).toBe(
      `pgleash: ${file}:7: this line is no recorded look, and 1 more are none; they were left out\n`,
    );
    expect(twice.stdout).toBe(once.stdout);
  });

  test("a line of a newer pgleash is an error", async () => {
    const file = await aRecording(...looksAt(sessions));
    await appendFile(file, '{"v":2,"look":{}}\n');
    const { code, stdout, stderr } = await replay(
      file,
      `--config.file=${await aConfigOf("new.yml", everybody)}`,
    );
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `pgleash: ${file}:7: a newer pgleash wrote it: version 2 of a recorded look, and this one knows 1\n`,
    );
  });

  test.for([
    { what: "nothing in it", text: "" },
    { what: "something else", text: "servers: []\n" },
  ])("a file with $what is an error", async ({ text }) => {
    const file = await aPath("looks.jsonl");
    await writeFile(file, text);
    const { code, stdout, stderr } = await replay(
      file,
      `--config.file=${await aConfigOf("new.yml", everybody)}`,
    );
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`no look in ${file}\n`);
  });

  test.for([
    { file: "missing.jsonl", says: "missing.jsonl cannot be read: there is no such file" },
    { file: "/", says: "/ cannot be read: it is a directory" },
  ])("$file is an error", async ({ file, says }) => {
    const { code, stderr } = await replay(file, `--config.file=${await aConfigOf("new.yml", everybody)}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`pgleash: ${says}`)]);
  });

  test("a configuration that is bad is told as check-config tells it", async () => {
    const file = await aRecording(...looksAt(sessions));
    const [good, bad] = [await aConfigOf("new.yml", everybody), await aConfigOf("old.yml", "{ name: x }")];
    for (const words of [[`--config.file=${bad}`], [`--config.file=${good}`, `--against=${bad}`]]) {
      const { code, stdout, stderr } = await replay(file, ...words);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/old\.yml:4:\d+: /);
    }
  });

  test.for([
    { words: [], says: "expected a FILE" },
    { words: ["a.jsonl"], says: "expected --config.file=NEW.yml" },
    { words: ["a.jsonl", "b.jsonl", "--config.file=c"], says: 'unexpected argument "b.jsonl"' },
  ])("$words exits with 2", async ({ words, says }) => {
    const { code, stdout, stderr } = await replay(...words);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });
});
