import { describe, expect, test } from "vitest";

import { runWords } from "../support/a-runtime.ts";

const commands = [
  "serve",
  "suspects",
  "explain",
  "check-config",
  "config",
  "replay",
  "setup-sql",
  "pause",
  "resume",
  "healthcheck",
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

test("--version prints both versions", async () => {
  expect(await runWords(["--version"])).toEqual({
    code: 0,
    stdout: "pgleash 1.2.3 (node 24.1.0)\n",
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

test.for(["srve", "__proto__", "constructor", "", "--config.file=x"])(
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
      says: ["--web.port", "Known flags: --config.file, --web.listen-address"],
    },
    { words: ["serve", "--enfroce"], says: ["'--enfroce' (did you mean --enforce?)", "--no-web.api"] },
    { words: ["serve", "extra"], says: ['unexpected argument "extra"'] },
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
    { words: ["suspects", "--josn"], says: ["--josn", "Known flags: --json, --config.file"] },
    {
      words: ["suspects", "postgres://a/b", "postgres://c/d"],
      says: ["unexpected argument, a text that may hold a password"],
    },
    {
      words: ["suspects", "postgres://a/b", "--config.file=x"],
      says: ["expected a URL or --config.file, got both"],
    },
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
  const { code, stderr } = await runWords(["suspects", "postgres://h/d?application_name=x"]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^argument: URL: expected no parameter application_name/),
  ]);
  const variables = { DATABASE_URL: "postgres://h/d?application_name=x" };
  expect((await runWords(["suspects"], { variables })).stderr).toMatch(/^environment: DATABASE_URL: /);
});
