import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { protectionLabels, targetLabels } from "../../src/config/matcher-labels.ts";
import { matchAll, mayMatchAll, parseMatcher } from "../../src/config/matcher.ts";
import type { Labels, Matcher } from "../../src/config/matcher.ts";
import type { Target } from "../../src/decide/target.ts";
import { aTarget } from "../support/a-target.ts";

function matcher(text: string, labels: Labels<Target> = targetLabels): Matcher<Target> {
  const read = parseMatcher(text, labels);
  if ("matcher" in read) return read.matcher;
  throw new Error(`expected a matcher, got ${text}: ${read.problem.expected}`);
}

/** Of each label that may be unknown: a matcher that fits the usual target, and the target without the field. */
const unknowns = [
  ["datname", "shop", { datname: null }],
  ["usename", "orders", { usename: null }],
  ["application_name", "orders-api", { applicationName: null }],
  ["client_addr", "10.0.0.7", { clientAddr: null }],
  ["state", "idle in transaction", { state: "unknown" }],
  ["query_id", "7731", { queryId: null }],
  ["comment.route", "/checkout", { commentKeys: new Map() }],
] as const;

describe("a matcher of a rule", () => {
  test.for([
    ['server="main"', true],
    ['server!="main"', false],
    ['kind=~"idle_in_transaction.*"', true],
    ['kind="idle_in_transaction_aborted"', false],
    ['severity="leaked"', true],
    ['harm=~"vacuum|blocking"', true],
    ['harm!="vacuum"', false],
    ['state="idle in transaction"', true],
    ['comment.route="/checkout"', true],
    ['comment.route=~"/cart.*"', false],
    ['comment.service.name="shop"', true],
    ['comment.controller!="orders"', false],
  ] as const)("%s says %s about the usual target", ([text, expected]) => {
    expect(matcher(text).matches(aTarget())).toBe(expected);
  });

  test.for(unknowns)("on %s is asked about a field that is unknown", ([label, value, without]) => {
    for (const operator of ["=", "!=", "=~", "!~"]) {
      const one = matcher(`${label}${operator}"${value}"`);
      expect(one.matches(aTarget(without))).toBe(false);
      expect(one.mayMatch(aTarget(without))).toBe(true);
    }
  });

  test.for(unknowns)("on %s tells what may be from what is, only where it is unknown", ([label, value]) => {
    for (const operator of ["=", "!=", "=~", "!~"]) {
      const one = matcher(`${label}${operator}"${value}"`);
      expect(one.mayMatch(aTarget())).toBe(one.matches(aTarget()));
      expect(one.matches(aTarget())).toBe(!operator.startsWith("!"));
    }
  });
});

const kinds =
  "kind to be one of idle_in_transaction_aborted, idle_in_transaction, stalled_client, stale_active, long_transaction, never_used, idle_too_long, prepared_transaction, pool_overgrown";
const key = "a comment key of 1 to 32 lower-case letters, underscores and dots";
const all =
  "a matcher on one of server, datname, usename, application_name, client_addr, kind, severity, harm, state, query_id, comment.<key>";

describe("parseMatcher refuses for a rule", () => {
  test.for([
    ['kind="idle_in_transation"', kinds, "did you mean idle_in_transaction?"],
    ['kind!="idle_in_transation"', kinds, "did you mean idle_in_transaction?"],
    ['kind=~"leaked.*"', kinds, undefined],
    ['kind!~"leaked.*"', kinds, undefined],
    ['severity="leak"', "severity to be one of suspect, leaked", "did you mean leaked?"],
    ['harm="locks"', "harm to be one of slot, ddl, vacuum, blocking", undefined],
    [
      'state="unknown"',
      "state to be one of active, idle, idle in transaction, idle in transaction (aborted), fastpath function call, disabled, starting",
      undefined,
    ],
    ['comment.Route="x"', key, undefined],
    ['comment.="x"', key, undefined],
    [`comment.${"a".repeat(33)}="x"`, key, undefined],
    ['comments.route="x"', all, undefined],
    ['username="x"', all, "did you mean usename?"],
    ['__proto__="x"', all, undefined],
  ] as const)("%s", ([text, expected, hint]) => {
    expect(parseMatcher(text, targetLabels)).toEqual({ problem: { expected, hint } });
  });
});

describe("parseMatcher refuses for a protection", () => {
  const expected = "a matcher on one of server, datname, usename, application_name, client_addr";
  const whatever = "a session is protected for whose it is, whatever it does";
  const lost = "comments and query ids change and get lost: protect by whose session it is";

  test.for([
    ['kind="idle_in_transaction"', whatever],
    ['severity="leaked"', whatever],
    ['harm="slot"', whatever],
    ['state="idle"', whatever],
    ['query_id="7731"', lost],
    ['comment.route="/checkout"', lost],
    ['username="app"', "did you mean usename?"],
  ] as const)("%s", ([text, hint]) => {
    expect(parseMatcher(text, protectionLabels)).toEqual({ problem: { expected, hint } });
  });
});

test("mayMatchAll says no only when some matcher does, of what is seen", () => {
  const both = mayMatchAll([matcher('usename="dumper"'), matcher('datname="shop"')]);
  expect(both(aTarget({ usename: "dumper" }))).toBe(true);
  expect(both(aTarget({ usename: null }))).toBe(true);
  expect(both(aTarget({ usename: null, datname: "crm" }))).toBe(false);
  expect(both(aTarget())).toBe(false);
  expect(mayMatchAll<Target>([])(aTarget())).toBe(true);
});

describe("whatever the matchers", () => {
  const text = fc
    .tuple(fc.constantFrom(...unknowns), fc.constantFrom("=", "!=", "=~", "!~"), fc.boolean())
    .map(([[label, value], operator, fits]) => {
      if (label === "state") return `state${operator}"${fits ? value : "idle"}"`;
      return `${label}${operator}"${fits ? value : "other"}"`;
    });
  const target = fc.subarray([...unknowns]).map((fields) => {
    return fields.reduce((seen, [, , without]) => ({ ...seen, ...without }), aTarget());
  });

  test("one more never makes them match more", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), text, target, (texts, more, seen) => {
        const some = texts.map((one) => matcher(one));
        const isIn = matchAll([...some, matcher(more)])(seen);
        expect(isIn && !matchAll(some)(seen)).toBe(false);
      }),
    );
  });

  test("a field that gets lost never makes them match, nor rules anybody out", () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.subarray([...unknowns]),
        (texts, lost) => {
          const some = texts.map((one) => matcher(one));
          const seen = lost.reduce((left, [, , without]) => ({ ...left, ...without }), aTarget());
          expect(matchAll(some)(seen) && !matchAll(some)(aTarget())).toBe(false);
          expect(mayMatchAll(some)(aTarget()) && !mayMatchAll(some)(seen)).toBe(false);
        },
      ),
    );
  });
});
