import * as fc from "fast-check";
import { expect, test } from "vitest";

import { actsWithin } from "../../src/decide/acts-within.ts";
import { counted } from "../../src/decide/count.ts";
import { mayHold } from "../../src/decide/holder-set.ts";
import { outcomes } from "../../src/decide/ledger.ts";
import { policyModes } from "../../src/decide/policy.ts";
import { actsOfRule, spentAfter, spentOf } from "../../src/decide/spent.ts";
import { mayBeSameHolder } from "../../src/decide/target.ts";
import {
  aLeaked,
  aLeash,
  anAct,
  anEntry,
  aPolicy,
  aRule,
  aSituation,
  noLimits,
  NOW,
} from "../support/a-case.ts";

const holder = fc.record({
  usename: fc.constantFrom("app", "batch", null),
  applicationName: fc.constantFrom("web-1", "web-2", null),
  clientAddr: fc.constantFrom("10.0.0.7", "10.0.0.8", null),
});
const rule = fc.constantFrom("rule 0", "rule 1");

const entries = fc.array(
  fc.record({
    holder,
    rule,
    atSeconds: fc.constantFrom(NOW, NOW - 9, NOW - 10, NOW - 60, NOW - 600, NOW - 3600, NOW - 3599),
    mode: fc.constantFrom(...policyModes),
    outcome: fc.constantFrom(...outcomes, null),
  }),
  { maxLength: 8 },
);

/** Times of which none is the length of another window. */
const limits = fc.record({
  shareWindowSeconds: fc.constantFrom(0, 10, 600, 7200),
  coolDownSeconds: fc.constantFrom(0, 10, 7200),
});

test("E15, E16: what is counted once a look, and act by act, is what the ledger holds", () => {
  fc.assert(
    fc.property(
      fc.record({
        entries,
        acts: fc.array(fc.record({ holder, rule }), { maxLength: 4 }),
        limits,
        asked: holder,
      }),
      fc.boolean(),
      (given, isEnforcing) => {
        const policy = aPolicy({ limits: { ...noLimits, ...given.limits } });
        const situation = aSituation([], { permits: { isEnforcing } });
        let leash = aLeash(...given.entries.map(anEntry));
        let spent = spentOf({ leash, situation, policy });
        for (const [index, { holder: whose, rule: name }] of given.acts.entries()) {
          const act = anAct(aLeaked(index), { holder: whose, rule: aRule({ name }) });
          leash = counted(leash, act, situation);
          spent = spentAfter(spent, act, { leash, situation, policy });
        }
        const within = (seconds: number) => actsWithin(seconds, { leash, situation });
        const { shareWindowSeconds, coolDownSeconds } = given.limits;
        expect([spent.minute.acts, spent.hour.acts]).toEqual([within(60).length, within(3600).length]);
        expect(spent.shareActs).toBe(within(shareWindowSeconds).length);
        for (const name of ["rule 0", "rule 1"]) {
          const ofRule = (seconds: number) => within(seconds).filter((one) => one.rule === name).length;
          expect(actsOfRule(spent.minute, name)).toBe(ofRule(60));
          expect(actsOfRule(spent.hour, name)).toBe(ofRule(3600));
        }
        expect(mayHold(spent.cooling, given.asked)).toBe(
          within(coolDownSeconds).some((one) => mayBeSameHolder(one.holder, given.asked)),
        );
      },
    ),
    { numRuns: 2000 },
  );
});
