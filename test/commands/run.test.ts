import { describe, expect, test } from "vitest";

import { runWords } from "../support/a-runtime.ts";

const commands = [
  "serve",
  "suspects",
  "doctor",
  "explain",
  "check-config",
  "config",
  "replay",
  "advise",
  "setup-sql",
  "pause",
  "resume",
  "healthcheck",
  "version",
  "demo",
];

test.for([[], ["help"], ["--help"], ["-h"]])(
  "%j prints the help, with every command in it",
  async (words) => {
    const { code, stdout, stderr } = await runWords(words);
    expect([code, stderr]).toEqual([0, ""]);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command}( |$)`, "m"));
    expect(stdout).toContain("Exit codes:");
  },
);

test.for([["--version"], ["-V"], ["version"]])("%j prints both versions", async (words) => {
  expect(await runWords(words)).toEqual({ code: 0, stdout: "pgleash 1.2.3 (node 24.1.0)\n", stderr: "" });
  const json = await runWords([...words, "--json"]);
  expect(json).toEqual({
    code: 0,
    stdout: '{\n  "pgleash": "1.2.3",\n  "node": "24.1.0"\n}\n',
    stderr: "",
  });
});

test.for(commands)("%s --help prints its own help and does nothing else", async (command) => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout, stderr } = await runWords([command, flag]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^Usage: pgleash ${command}( |$)`, "m"));
  }
});

test.for([
  "suspects -h localhost -p 25432",
  "suspects -h -p 25432",
  "suspects -hlocalhost",
  "doctor -d shop -h",
  "doctor --host=db1 -h",
  "serve postgres://db1/shop -h db2",
  "healthcheck -h db1",
  "-h localhost",
])("%s is no wish for help", async (line) => {
  const { code, stdout, stderr } = await runWords(line.split(" "));
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /^pgleash: -h is --help here, and takes no value: to name a host, write --host=…\nRun "pgleash/,
  );
});

test("-h beside flags of another kind is --help", async () => {
  expect(await runWords(["suspects", "--json", "-h"])).toMatchObject({ code: 0, stderr: "" });
});

test.for(["serve", "suspects", "doctor"])(
  "%s says where a CONNECTION is wrong, also for --json",
  async (command) => {
    const json = command === "serve" ? [] : ["--json"];
    const { code, stdout, stderr } = await runWords([command, "mysql://u:hunter2@db1/x", ...json]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      new RegExp(`^pgleash: CONNECTION: expected .*\\nRun "pgleash ${command} --help" for help\\.\\n$`),
    );
    expect(stderr).not.toContain("hunter2");
  },
);

test.for(["-W", "--password", "--no-password", "-w"])(
  "%s is told where a password comes from",
  async (flag) => {
    const { code, stderr } = await runWords(["suspects", flag]);
    expect(code).toBe(2);
    expect(stderr).toContain(`'${flag}': a password is taken from PGPASSWORD or ~/.pgpass`);
  },
);

test("help COMMAND is COMMAND --help", async () => {
  expect(await runWords(["help", "doctor"])).toEqual(await runWords(["doctor", "--help"]));
});

test("of a misspelt command, the one that was meant is named", async () => {
  const { code, stderr } = await runWords(["doctro"]);
  expect(code).toBe(2);
  expect(stderr).toContain('unknown command "doctro" (did you mean doctor?): expected one of serve, ');
});

test.for([
  ["host=db1 password=hunter2"],
  ["suspects", "host=db1", "password=hunter2"],
  ["--password=hunter2"],
  ["suspects", "--password=hunter2"],
  ["doctor", "-W", "--pasword=hunter2"],
])("%j is refused without its password", async (words) => {
  const { code, stdout, stderr } = await runWords(words);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).not.toContain("hunter2");
});

test.for(["__proto__", "constructor", "", "--config.file=x"])(
  "%j is no command: exit 2, and the commands that there are",
  async (word) => {
    const { code, stdout, stderr } = await runWords([word]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`unknown command ${JSON.stringify(word)}: expected one of ${commands[0]}`);
    expect(stderr).toMatch(/\nRun "pgleash --help" for help\.\n$/);
    for (const command of commands) expect(stderr).toContain(command);
  },
);

describe("a command that is called wrongly exits with 2", () => {
  test.for([
    {
      words: ["serve", "--web.port=1"],
      says: ["--web.port", "Known flags: --host, --port, --username, --dbname, --config.file"],
    },
    { words: ["serve", "--enfroce"], says: ["'--enfroce' (did you mean --enforce?)", "--no-web.api"] },
    { words: ["serve", "db1", "extra"], says: ['unexpected argument "extra": at most 1 expected'] },
    { words: ["serve", "--config.file"], says: ["--config.file", "argument missing"] },
    { words: ["serve", "--web.api=no"], says: ["--web.api", "does not take an argument"] },
    {
      words: ["serve", "--web.listen-address=19187"],
      says: ["--web.listen-address: expected an address", '"19187"'],
    },
    {
      words: ["serve", "--web.telemetry-path=metrics"],
      says: ["--web.telemetry-path: expected a path", '"metrics"'],
    },
    { words: ["serve", "--web.telemetry-path=/-/healthy"], says: ["--web.telemetry-path: expected a path"] },
    {
      words: ["serve", "--log.level=trace"],
      says: ["--log.level: expected one of debug, info, warn, error"],
    },
    { words: ["serve", "--record="], says: ["--record: expected a path"] },
    { words: ["suspects", "--josn"], says: ["--josn", "Known flags: --host, --port"] },
    {
      words: ["suspects", "postgres://a/b", "postgres://c/d"],
      says: ["unexpected argument, a text that may hold a password"],
    },
    {
      words: ["suspects", "postgres://a/b", "--config.file=x"],
      says: ["expected one way of naming servers, got a connection string and --config.file"],
    },
    {
      words: ["doctor", "host=a", "-p", "5433"],
      says: ["expected one way of naming servers, got a connection string and --host, -p, -U or -d"],
    },
    { words: ["version", "now"], says: ['unexpected argument "now"'] },
    { words: ["check-config", "a.yml", "--config.file=b.yml"], says: ["FILE or --config.file, got both"] },
    { words: ["check-config"], says: ["expected a FILE"] },
    { words: ["check-config", "--file=x"], says: ["--file"] },
    { words: ["config"], says: ['expected "pgleash config show"'] },
    { words: ["config", "print"], says: ['expected "pgleash config show"'] },
    { words: ["config", "show", "a.yml", "b.yml"], says: ['unexpected argument "b.yml"'] },
    { words: ["config", "show", "a.yml", "--config.file=b.yml"], says: ["FILE or --config.file, got both"] },
    {
      words: ["healthcheck", "--web.listen-address=:99999"],
      says: ["--web.listen-address: expected an address"],
    },
    { words: ["explain", "me"], says: ["expected the pid of a session", '"me"'] },
    {
      words: ["pause", "--untill=1h"],
      says: ["--untill", "Known flags: --config.file, --pause-file, --reason"],
    },
    { words: ["resume", "--all"], says: ["--all", "Known flags: --config.file, --pause-file"] },
    { words: ["setup-sql", "--observe", "--enforce"], says: ["expected --observe or --enforce, got both"] },
    { words: ["demo", "--for=soon"], says: ["--for: expected a duration such as 60s", '"soon"'] },
    { words: ["demo", "--for=8d"], says: ["--for: expected a duration"] },
  ])("pgleash $words", async ({ words, says }) => {
    const { code, stdout, stderr } = await runWords(words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^pgleash: .*\n$/s);
    expect(stderr).toContain(`\nRun "pgleash ${words[0]} --help" for help.\n`);
    for (const part of says) expect(stderr).toContain(part);
  });
});

test.for(["serve", "suspects"])(
  "%s with nothing to connect to exits with 1 and says what is missing",
  async (command) => {
    const { code, stdout, stderr } = await runWords([command, "--config.file=no-such-file.yml"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe("no-such-file.yml: expected a file that can be read, got no such file\n");
  },
);

test("what is wrong with the URL of the command line is not blamed on the environment", async () => {
  const { code, stderr } = await runWords(["suspects", "postgres://h/d?nonsense=x"]);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(
      /^pgleash: CONNECTION: expected parameters out of .*\nRun "pgleash suspects --help" for help\.\n$/,
    ),
  ]);
  const variables = { DATABASE_URL: "postgres://h/d?nonsense=x" };
  expect((await runWords(["suspects"], { variables })).stderr).toMatch(/^environment: DATABASE_URL: /);
});
