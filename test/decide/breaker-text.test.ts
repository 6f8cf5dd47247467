import { expect, test } from "vitest";

import { explain } from "../../src/decide/explain.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import type { ActedOn, LedgerEntry, OpenBreaker } from "../../src/decide/ledger.ts";
import { aCase, aLeaked, anEntry, anOpenBreaker, aPolicy, aSituation, NOW } from "../support/a-case.ts";
import { breakerOpen } from "../../src/decide/guards/breaker-open.ts";

// 08:00:00 UTC.
const settings: BreakerSettings = {
  futileActs: 3,
  unconfirmedActs: 2,
  windowSeconds: 600,
  coolDownSeconds: 1800,
};

const application = { usename: "orders", applicationName: "orders-api" };
const cooling = "it tries one act after 2027-01-15T08:29:00Z";

function why(breaker: OpenBreaker, entries: readonly LedgerEntry[] = [], planned: readonly string[] = []) {
  const leash = { ...aCase().leash, ledger: { entries, breaker } };
  return breakerOpen.why(aCase(aLeaked(), { leash, planned, policy: aPolicy({ breaker: settings }) }));
}

function on(actedOn: ActedOn, overrides: Partial<OpenBreaker> = {}, acts = 3): OpenBreaker {
  return anOpenBreaker({ grounds: { actedOn, acts, sessionsBefore: 40, sessionsAfter: 41 }, ...overrides });
}

test.for<readonly [OpenBreaker, string]>([
  [
    on({ breadth: "holder", holder: { ...application, clientAddr: "10.0.0.7" } }),
    "3 acts did not make the sessions of role orders, application orders-api, client 10.0.0.7 fewer (40 before, 41 after)",
  ],
  [
    on({ breadth: "application", application }, {}, 1),
    "1 act did not make the sessions of role orders, application orders-api fewer (40 before, 41 after)",
  ],
  [
    on({ breadth: "everybody" }),
    "3 acts did not make the sessions of all who were acted on fewer (40 before, 41 after)",
  ],
  [
    on(
      { breadth: "application", application: { ...application, applicationName: null } },
      { why: "unconfirmed" },
    ),
    "nobody could see that 3 acts on role orders, application unknown worked",
  ],
  [anOpenBreaker({ grounds: null }), "acts did not make the sessions of their holders fewer"],
  [
    on({ breadth: "application", application }, { why: "denied" }, 1),
    "the server refused 1 act on role orders, application orders-api",
  ],
  [anOpenBreaker({ grounds: null, why: "unconfirmed" }), "nobody could see that acts worked"],
  [anOpenBreaker({ grounds: null, why: "denied" }), "the server refused acts"],
])("E17: an open breaker names whom it opened for: %#", ([breaker, cause]) => {
  expect(why(breaker)).toBe(`the breaker is open: ${cause}; ${cooling}`);
});

test.for<readonly [string, OpenBreaker, readonly LedgerEntry[], readonly string[]]>([
  ["it tries one act after 2027-01-15T08:29:00Z", anOpenBreaker(), [], []],
  [
    "it tries one act after 2027-01-16T07:59:59Z",
    anOpenBreaker({ sinceSeconds: NOW + 86_399 - 1800 }),
    [],
    [],
  ],
  [
    "it tries one act, and no other until that one is judged",
    anOpenBreaker({ sinceSeconds: NOW - 1800 }),
    [],
    ["everything"],
  ],
  [
    "it has tried one act, which is judged by 2027-01-15T08:09:50Z",
    anOpenBreaker({ sinceSeconds: NOW - 1900 }),
    [anEntry({ atSeconds: NOW - 10 })],
    [],
  ],
  [
    "it has tried one act, which is judged at the next look",
    anOpenBreaker({ sinceSeconds: NOW - 1900, why: "unconfirmed" }),
    [anEntry({ atSeconds: NOW - 10 })],
    [],
  ],
])("E17: and when it decides next: %s", ([next, breaker, entries, planned]) => {
  expect(why(breaker, entries, planned)?.split("; ").at(-1)).toBe(next);
});

test("E17: a dry run says that it tries nothing, cooled down or not", () => {
  for (const sinceSeconds of [NOW - 60, NOW - 1800]) {
    const leash = { ...aCase().leash, ledger: { entries: [], breaker: anOpenBreaker({ sinceSeconds }) } };
    const situation = aSituation([aLeaked()], { permits: { isEnforcing: false } });
    const one = aCase(aLeaked(), { leash, situation, policy: aPolicy({ breaker: settings }) });
    expect(breakerOpen.why(one)?.split("; ").at(-1)).toBe("a dry run tries no act: only enforcing judges it");
  }
});

test("E17: explain says the same as the decision", () => {
  const breaker = anOpenBreaker();
  const one = aCase(aLeaked(), {
    policy: aPolicy({ breaker: settings }),
    leash: { ...aCase().leash, ledger: { entries: [], breaker } },
  });
  expect(explain(one.episode, one)[0]?.spares).toMatchObject([{ reason: "breaker_open", why: why(breaker) }]);
});
