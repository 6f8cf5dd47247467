import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseDuration } from "../../src/config/duration.ts";
import { suspectLabels } from "../../src/config/matcher-labels.ts";
import { parseMatcher } from "../../src/config/matcher.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { parseTargetGroups } from "../../src/config/target-groups.ts";
import { anEnvironment } from "../support/config-text.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

function textOf(pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 3 }));
  return fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(""));
}

test("any text is a duration in seconds, or none", () => {
  fc.assert(
    fc.property(textOf(["0", "1", "9".repeat(20), "ms", "s", "m", "h", "d", "w", "y", "-", " "]), (text) => {
      const seconds = parseDuration(text);
      expect(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)).toBe(true);
    }),
    { numRuns: fuzzRuns("duration") },
  );
});

test("any text is a matcher, or is told what was expected", () => {
  const pieces = [
    "usename",
    "kind",
    "=",
    "!=",
    "=~",
    "!~",
    '"',
    "\\",
    "(",
    ")*",
    "[",
    "{1000}",
    "a+",
    "|",
    " ",
  ];
  const framed = textOf(pieces).map((text) => `application_name=~"${text}"`);
  fc.assert(
    fc.property(fc.oneof(textOf(pieces), framed), (text) => {
      const read = parseMatcher(text, suspectLabels);
      expect("matcher" in read || read.problem.expected.length > 0).toBe(true);
    }),
    { numRuns: fuzzRuns("matcher") },
  );
});

test("any file is a configuration, or every complaint names its place or the file", () => {
  const pieces = [
    "servers:",
    "\n",
    "  ",
    "- ",
    "name: a",
    "url: postgres://h",
    "every: ",
    "5s",
    "&a ",
    "*a",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "|\n",
    "#",
    "? ",
    "!t ",
  ];
  fc.assert(
    fc.property(textOf(pieces), (text) => {
      const read = parseConfig({ name: "pgleash.yml", text }, anEnvironment());
      expect("config" in read || read.issues.every(({ expected, got }) => `${expected}${got}` !== "")).toBe(
        true,
      );
      expect("config" in read || read.issues.length > 0).toBe(true);
    }),
    { numRuns: fuzzRuns("configuration") },
  );
});

const leaf = fc.oneof(
  fc.constantFrom<unknown>("db1:5432", "", "http://x", "u:p@db", 5, null, true, 1e308, -0),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const key = fc.oneof(
  fc.constantFrom(
    "targets",
    "labels",
    "server",
    "instance",
    "__proto__",
    "constructor",
    "toString",
    "length",
  ),
  fc.string({ unit: "binary", maxLength: 3 }),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaf, tie("list"), tie("group"), tie("mapping")),
  list: fc.oneof(
    fc.array(tie("value"), { maxLength: 5 }),
    fc.tuple(leaf, fc.nat(3000)).map(([item, length]) => Array.from({ length }, () => item)),
  ),
  group: fc.record({ targets: tie("value"), labels: tie("value") }, { requiredKeys: [] }),
  mapping: fc.dictionary(key, tie("value"), { maxKeys: 5 }),
}));

test("any JSON and any YAML is a list of targets, or is told what was expected", () => {
  const pieces = [
    "- ",
    "targets:",
    "labels:",
    "server: ",
    "db1",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    '"',
    "#",
    "null",
  ];
  const lists = fc.array(anyValue, { maxLength: 4 });
  const json = fc.oneof(anyValue, lists).map((value) => JSON.stringify(value));
  const names = fc.constantFrom("/all.json", "/all.yml");
  fc.assert(
    fc.property(names, fc.oneof(json, textOf(pieces)), (name, text) => {
      const read = parseTargetGroups({ name, text });
      const issues = "issues" in read ? read.issues : [];
      const targets = "targets" in read ? read.targets : [];
      expect("targets" in read || issues.length > 0).toBe(true);
      expect(issues.length).toBeLessThanOrEqual(20);
      expect(targets.every(({ place }) => place.source === name)).toBe(true);
      expect(issues.every(({ expected, got }) => expected !== "" && got !== "")).toBe(true);
    }),
    { numRuns: fuzzRuns("serversFile") },
  );
});
