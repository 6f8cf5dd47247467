import { describe, expect, test } from "vitest";

import { runWords } from "../support/a-runtime.ts";

describe("what makes no sense is told before anything runs", () => {
  test.for([
    [["check"], /expected a command behind "--", as in: pgleash check -- pytest\n/],
    [["check", "pytest"], /expected a command behind "--"/],
    [["check", "--"], /expected a command behind "--"/],
    [["check", "pgleash.yml"], /"pgleash check-config FILE" checks a configuration/],
    [["check", "pytest", "--", "true"], /unexpected argument "pytest": only flags are expected/],
    [
      ["check", "--grace=0", "--", "true"],
      /--grace: expected a duration such as 5s, from 100ms to 1d, got "0"/,
    ],
    [["check", "--idle=soon", "--", "true"], /--idle: expected a duration such as 5s, .* got "soon"/],
    [["check", "--idle-in-transaction=2d", "--", "true"], /--idle-in-transaction: expected a duration/],
    [["check", "--match=app", "--", "true"], /--match: expected a matcher such as/],
    [["check", '--match=usr="app"', "--", "true"], /--match: expected .*usename/],
    [["check", "--report=", "--", "true"], /--report: expected a path, got nothing/],
    [
      ["check", "--report=/nowhere/x.json", "--", "true"],
      /--report: expected a file that can be written, got "\/nowhere\/x.json": its folder is not there; the command was not started/,
    ],
    [["check", "--url=db1", "--", "true"], /CONNECTION: /],
    [["check", "--url=host=/nowhere", "--host=db1", "--", "true"], /expected one way of naming servers/],
    [["check", "--tag", "--", "true"], /did you mean --tag-application-name/],
  ] as const)("%j", async ([words, said]) => {
    const { code, stdout, stderr } = await runWords(words);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(said)]);
  });

  test("a server that does not answer", async () => {
    const { code, stdout, stderr } = await runWords([
      "check",
      "--url=host=/nowhere",
      "--",
      "sh",
      "-c",
      "echo ran >&2",
    ]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^pgleash: local:5432: connect: .*; the command was not started\n$/);
  });
});
