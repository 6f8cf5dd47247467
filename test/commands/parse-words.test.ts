import { expect, test } from "vitest";

import { UsageError } from "../../src/commands/command.ts";
import { parseWords } from "../../src/commands/parse-words.ts";

const flags = {
  "config.file": { type: "string" },
  "log.level": { type: "string", default: "info" },
  "web.api": { type: "boolean", default: true },
} as const;

test("flags are read in both forms, with dots in their names, and have their defaults", () => {
  const { values } = parseWords(["--config.file", "a.yml", "--log.level=warn"], flags, 0);
  expect(values).toEqual({ "config.file": "a.yml", "log.level": "warn", "web.api": true });
});

test("--no- turns a flag off", () => {
  expect(parseWords(["--no-web.api"], flags, 0).values["web.api"]).toBe(false);
});

test("other words are kept, up to as many as are wanted", () => {
  expect(parseWords(["one", "--log.level=warn", "two"], flags, 2).positionals).toEqual(["one", "two"]);
  expect(() => parseWords(["one", "two"], flags, 1)).toThrow(new UsageError('unexpected argument "two"'));
});

test.for([
  { words: ["--web.apj"], says: /--web\.apj.*Known flags: --config\.file, --log\.level, --web\.api$/ },
  { words: ["--log.level"], says: /--log\.level.*argument missing/ },
  { words: ["--log.level", "--web.api"], says: /ambiguous/ },
  { words: ["--web.api=yes"], says: /does not take an argument/ },
  { words: ["-x"], says: /'-x'/ },
])("$words is explained, with the flags that there are", ({ words, says }) => {
  expect(() => parseWords(words, flags, 0)).toThrow(UsageError);
  expect(() => parseWords(words, flags, 0)).toThrow(says);
  expect(() => parseWords(words, flags, 0)).toThrow("Known flags: ");
});

test("Node's advice on positional arguments is left out, because it would mislead", () => {
  expect(() => parseWords(["--nope"], flags, 0)).toThrow(/^((?!positional).)*$/s);
});

test("a command without flags does not promise any", () => {
  expect(() => parseWords(["--nope"], {}, 1)).toThrow(/^Unknown option .--nope.$/);
});
