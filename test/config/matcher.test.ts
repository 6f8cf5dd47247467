import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Matchable } from "../../src/classify/thresholds.ts";
import { poolLabels, suspectLabels } from "../../src/config/matcher-labels.ts";
import { matchAll, parseMatcher, partsOf } from "../../src/config/matcher.ts";
import type { Matcher } from "../../src/config/matcher.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";

function matcher(text: string): Matcher<Matchable> {
  const read = parseMatcher(text, suspectLabels);
  if ("matcher" in read) return read.matcher;
  throw new Error(`expected a matcher, got ${text}: ${read.problem.expected}`);
}

function matches(text: string, overrides: Partial<Backend> = {}): boolean {
  return matcher(text).matches(aBackend(overrides));
}

describe("a matcher", () => {
  test.for([
    ['usename="app"', true],
    ['usename="ap"', false],
    ['usename!="app"', false],
    ['usename!="batch"', true],
    ['application_name=~"web-.*"', true],
    ['application_name=~"web"', false],
    ['application_name!~"web"', true],
    ['application_name!~"web-\\d+"', false],
    ['application_name=~"etl|web-1"', true],
    ['application_name=~"(?i)WEB-1"', true],
    ['application_name=~""', false],
    ['datname="shop"', true],
    ['client_addr=~"10[.]0[.].*"', true],
    ['query_id="7731"', true],
    ['state="idle"', true],
    ['  usename  =  "app"  ', true],
  ] as const)("%s says %s about the usual backend", ([text, expected]) => {
    expect(matches(text)).toBe(expected);
  });

  test("tells an empty application name from an unknown one", () => {
    expect(matches('application_name=""', { applicationName: "" })).toBe(true);
    expect(matches('application_name=""', { applicationName: null })).toBe(false);
  });

  test.for(["=", "!=", "=~", "!~"])("with %s says no to a field that is unknown", (operator) => {
    const unknown: Partial<Backend> = {
      datname: null,
      usename: null,
      applicationName: null,
      clientAddr: null,
      state: "unknown",
      queryId: null,
    };
    for (const label of ["datname", "usename", "application_name", "client_addr", "state", "query_id"]) {
      expect(matches(`${label}${operator}"unknown"`, unknown)).toBe(false);
      expect(matches(`${label}${operator}".*"`, unknown)).toBe(false);
    }
  });

  test.for([
    [String.raw`usename="a\"b"`, 'a"b'],
    [String.raw`usename="a\\b"`, String.raw`a\b`],
    [String.raw`usename="a\\nb"`, String.raw`a\nb`],
    [String.raw`usename="a\nb"`, "a\nb"],
    [String.raw`usename="a\db"`, String.raw`a\db`],
    ['usename="a}b, c=d"', "a}b, c=d"],
    ['usename="Jürgen 🐘"', "Jürgen 🐘"],
  ] as const)("reads the escapes of %s", ([text, usename]) => {
    expect(matches(text, { usename })).toBe(true);
  });

  test("keeps its text, so that it can be shown again", () => {
    expect(matcher(' usename="app" ').text).toBe('usename="app"');
  });

  test("answers at once where a backtracking engine would hang", () => {
    const start = performance.now();
    expect(matches('application_name=~"(a+)+$"', { applicationName: "a".repeat(60) })).toBe(true);
    expect(matches('application_name=~"(a+)+$"', { applicationName: `${"a".repeat(60)}!` })).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test("compares any value that was escaped for it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (usename) => {
        const escaped = usename.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
        expect(matches(`usename="${escaped}"`, { usename })).toBe(true);
        expect(matches(`usename!="${escaped}"`, { usename })).toBe(false);
      }),
    );
  });
});

describe("parseMatcher refuses", () => {
  const shape = 'a matcher such as usename="app" or application_name=~"web-.*"';
  const labels = "a matcher on one of datname, usename, application_name, client_addr, state, query_id";
  const pattern = "a regular expression in RE2 syntax";

  test.for([
    ["", shape, "put the value in double quotes, and the whole in single quotes"],
    ["usename=app", shape, "put the value in double quotes, and the whole in single quotes"],
    ["usename='app'", shape, "put the value in double quotes, and the whole in single quotes"],
    ['usename="app", datname="shop"', shape, "write one matcher an item of the list"],
    ['usename="app', shape, undefined],
    ['usename=="app"', shape, undefined],
    ['{usename="app"}', shape, undefined],
    ['username="app"', labels, "did you mean usename?"],
    ['database="shop"', labels, "did you mean datname?"],
    ['databse="shop"', labels, undefined],
    ['constructor="x"', labels, undefined],
    ['usename=~"(a"', pattern, "missing closing )"],
    ['usename=~"(?=a)"', pattern, "invalid or unsupported Perl syntax"],
    ['usename!~"(a)\\1"', pattern, "invalid escape sequence"],
    ['usename=~"((a{100}){100}){100}"', pattern, "invalid repeat count"],
  ] as const)("%s", ([text, expected, hint]) => {
    expect(parseMatcher(text, suspectLabels)).toEqual({ problem: { expected, hint } });
  });

  test("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("=", "=~", "!~"), (value, operator) => {
        expect(() => parseMatcher(`usename${operator}"${value}"`, suspectLabels)).not.toThrow();
        expect(() => parseMatcher(value, suspectLabels)).not.toThrow();
      }),
    );
  });
});

test("client_addr is the address that the server saw, whatever the application name says", () => {
  const client = { clientAddr: "10.0.0.1", pooledClientAddr: "10.9.9.9" };
  expect(matches('client_addr="10.0.0.1"', client)).toBe(true);
  expect(matches('client_addr="10.9.9.9"', client)).toBe(false);
});

describe("a matcher of a pool", () => {
  const session = { datname: "shop", usename: "app", applicationName: null, clientAddr: "10.0.0.1" };

  test.for([
    ['usename="app"', true],
    ['client_addr=~"10[.].*"', true],
    ['application_name!="web-1"', false],
  ] as const)("%s says %s about who holds a session", ([text, expected]) => {
    const read = parseMatcher(text, poolLabels);
    expect("matcher" in read && read.matcher.matches(session)).toBe(expected);
  });

  const expected = "a matcher on one of datname, usename, application_name, client_addr";
  const hint = "a session belongs to its pool whatever it does";

  test.for([
    ['state="idle"', hint],
    ['query_id!="7731"', hint],
    ['username="app"', "did you mean usename?"],
    ['toString="app"', undefined],
  ] as const)("%s is refused", ([text, why]) => {
    expect(parseMatcher(text, poolLabels)).toEqual({ problem: { expected, hint: why } });
  });
});

test.for([
  ['usename="app"', { label: "usename", operator: "=", value: "app" }],
  [' nonsense =~ "("', { label: "nonsense", operator: "=~", value: "(" }],
  [String.raw`comment.route!="a\"b"`, { label: "comment.route", operator: "!=", value: 'a"b' }],
  ["usename=app", undefined],
] as const)("the parts of %j are %j", ([text, parts]) => {
  expect(partsOf(text)).toEqual(parts);
});

describe("matchAll", () => {
  test("is a conjunction", () => {
    const both = [matcher('usename="app"'), matcher('datname="shop"')];
    expect(matchAll(both)(aBackend())).toBe(true);
    expect(matchAll(both)(aBackend({ datname: "crm" }))).toBe(false);
  });

  test("of no matchers names nobody", () => {
    expect(matchAll([])(aBackend())).toBe(false);
  });
});
