import * as fc from "fast-check";
import { expect, test } from "vitest";

import { groundsAfterTrial } from "../../src/decide/grounds.ts";
import type { ActedOn, Grounds } from "../../src/decide/ledger.ts";
import { fromAnyClient, holderKeyOf, type Holder } from "../../src/decide/target.ts";
import { anEntry } from "../support/a-case.ts";

const holder: fc.Arbitrary<Holder> = fc.record({
  usename: fc.constant("app"),
  applicationName: fc.constantFrom("web-1", "web-2"),
  clientAddr: fc.constantFrom("10.0.0.7", "10.0.0.8"),
});

const actedOn: fc.Arbitrary<ActedOn> = fc.oneof(
  fc.record({ breadth: fc.constant("holder" as const), holder }),
  fc.record({ breadth: fc.constant("application" as const), application: holder.map(fromAnyClient) }),
  fc.constant({ breadth: "everybody" as const }),
);

const few = fc.integer({ min: 0, max: 3 });

const opened: fc.Arbitrary<Grounds> = fc.record({
  actedOn,
  acts: few,
  sessionsBefore: few,
  sessionsAfter: few,
});

/** What a look may count of any holder, be it sessions or leaks. */
const counts: fc.Arbitrary<(one: Holder) => number> = fc
  .func(few)
  .map((count) => (one: Holder) => count(holderKeyOf(one)));

const trial = fc
  .record({ holder, holderSessions: few, applicationSessions: few })
  .map((tried) => anEntry(tried));

function none(): number {
  return 0;
}

/** Whoever the breaker opened for, if somebody knows who they were. */
function whomOf({ actedOn: whom }: Grounds): Holder | null {
  if (whom.breadth === "everybody") return null;
  return whom.breadth === "holder" ? whom.holder : { ...whom.application, clientAddr: null };
}

test("E17: no trial, on whomever, closes a breaker while those it opened for leak and have as many sessions as before", () => {
  fc.assert(
    fc.property(opened, trial, counts, counts, (grounds, tried, sessionsOf, leaksOf) => {
      const whom = whomOf(grounds);
      fc.pre(whom !== null && sessionsOf(whom) >= grounds.sessionsBefore && leaksOf(whom) > 0);
      fc.pre(holderKeyOf(whom) !== holderKeyOf(tried.holder));
      fc.pre(holderKeyOf(whom) !== holderKeyOf(fromAnyClient(tried.holder)));
      expect(groundsAfterTrial(grounds, tried, { sessionsOf, leaksOf })).toEqual({
        ...grounds,
        sessionsAfter: sessionsOf(whom),
      });
    }),
    { numRuns: 1000 },
  );
});

test("E17: where they have no leak left, it is as if nobody knew any more for whom it opened", () => {
  fc.assert(
    fc.property(opened, trial, counts, (grounds, tried, sessionsOf) => {
      expect(groundsAfterTrial(grounds, tried, { sessionsOf, leaksOf: none })).toEqual(
        groundsAfterTrial(null, tried, { sessionsOf, leaksOf: none }),
      );
    }),
    { numRuns: 1000 },
  );
});
