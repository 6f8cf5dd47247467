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
  for (const [words, most, says] of [
    [["one", "two"], 1, 'unexpected argument "two": at most 1 expected'],
    [["one"], 0, 'unexpected argument "one": only flags are expected'],
    [
      ["postgres://a:b@c"],
      0,
      "unexpected argument, a text that may hold a password: only flags are expected",
    ],
  ] as const)
    expect(() => parseWords(words, flags, most)).toThrow(new UsageError(says));
});

test.for([
  { words: ["--web.apj"], says: /--web\.apj.*Known flags: --config\.file, --log\.level, --no-web\.api$/ },
  { words: ["--confg.file=x"], says: /'--confg\.file' \(did you mean --config\.file\?\)\. Known flags: / },
  { words: ["--no-web.apj"], says: "'--no-web.apj' (did you mean --no-web.api?)" },
  { words: ["--conf"], says: "'--conf' (did you mean --config.file?)" },
  { words: ["--zzzzzz"], says: "'--zzzzzz'. Known flags: " },
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

test("a negative number is no flag", () => {
  expect(() => parseWords(["-5"], flags, 1)).toThrow(
    new UsageError("unexpected argument '-5': no number here is negative"),
  );
});

test("a command without flags does not promise any", () => {
  expect(() => parseWords(["--nope"], {}, 1)).toThrow(/^Unknown option .--nope.$/);
});
