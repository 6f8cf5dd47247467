import { describe, expect, test } from "vitest";

import { noConnectionWord } from "../../src/commands/no-connection-word.ts";
import { runWords } from "../support/a-runtime.ts";

const url = "postgres://pgleash:s3cret@localhost/shop";

describe("a connection string in the place of a file is not repeated", () => {
  test.for([
    [["advise", url]],
    [["advise", "looks.jsonl", url]],
    [["advise", "looks.jsonl", `--config.file=${url}`]],
    [["replay", url, "--config.file=pgleash.yml"]],
    [["replay", "looks.jsonl", `--config.file=${url}`]],
    [["suspects", `--config.file=${url}`]],
    [["doctor", `--config.file=${url}`]],
    [["serve", `--config.file=${url}`]],
    [["advise", "host=localhost password=s3cret"]],
  ] as const)("%j", async ([words]) => {
    const { code, stdout, stderr } = await runWords(words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("expected the path of a file, got a text that may hold a password");
    expect(stderr).not.toContain("s3cret");
  });
});

test.for([
  "looks.jsonl",
  "/var/lib/pgleash/looks.jsonl.1",
  "./host=a.jsonl",
  "passwords/looks.jsonl",
  "C:\\looks.jsonl",
  "looks@host.jsonl",
])("a file may be called %s", (path) => {
  expect(() => noConnectionWord(path, "FILE")).not.toThrow();
});
