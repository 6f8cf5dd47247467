import { describe, expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Outcome } from "../../src/decide/ledger.ts";
import type { Policy, Rule } from "../../src/decide/policy.ts";
import { aLeaked, anOpenBreaker, aPolicy, aRule, aSituation, noLimits, NOW } from "../support/a-case.ts";
import { aPoolSuspect } from "../support/a-view.ts";
import { decided, endedBy, noticesOf, reasonsOf } from "../support/decided.ts";

type Look = {
  readonly at: number;
  readonly situation?: Parameters<typeof aSituation>[1];
  readonly suspects?: Parameters<typeof aSituation>[0];
  readonly policy?: Policy;
  readonly outcome?: Outcome;
};

/** What is announced and withdrawn at each look, and who is ended, so many seconds after the first. */
function over(...looks: readonly Look[]): readonly (readonly [...unknown[]])[] {
  let leash: Leash = emptyLeash;
  return looks.map(
    ({ at, situation, suspects = [aLeaked(1)], policy = warning(), outcome = "terminated" }) => {
      const look = aSituation(suspects, { nowSeconds: NOW + at, ...situation });
      const after = decided(leash, look, { policy, outcome: () => outcome });
      leash = after.leash;
      return [at, ...noticesOf(after.plan), ...endedBy(after.plan)];
    },
  );
}

function warning(...rules: readonly Partial<Rule>[]): Policy {
  const all = rules.length === 0 ? [{}] : rules;
  return aPolicy({ rules: all.map((rule) => aRule({ warnForSeconds: 60, ...rule })) });
}

const announced = ["announced", "everything"];
const withdrawn = ["withdrawn", "everything"];

describe("E10: nobody is ended without notice", () => {
  test("a leak is announced with the planned time, and ended when that has come", () => {
    expect(over({ at: 0 }, { at: 10 }, { at: 59.9 }, { at: 60 })).toEqual([
      [0, announced],
      [10],
      [59.9],
      [60, 1],
    ]);
    const { plan } = decided(emptyLeash, aSituation([aLeaked(1)]), { policy: warning() });
    expect(plan.notices).toMatchObject([
      {
        announcement: { announcedSeconds: NOW, plannedSeconds: NOW + 60 },
        episode: { backend: { id: { pid: 1 } } },
      },
    ]);
  });

  test("one that resolves is withdrawn, and not ended", () => {
    expect(over({ at: 0 }, { at: 60, suspects: [] }, { at: 70, suspects: [] })).toEqual([
      [0, announced],
      [60, withdrawn],
      [70],
    ]);
  });

  test("one that a guard spares meanwhile is withdrawn, and its notice begins anew", () => {
    const paused = { permits: { pause: { reason: "release 7", untilSeconds: null, by: null } } };
    const looks = over({ at: 0 }, { at: 50, situation: paused }, { at: 60 }, { at: 119 }, { at: 120 });
    expect(looks).toEqual([[0, announced], [50, withdrawn], [60, announced], [119], [120, 1]]);
  });

  test("a look that nothing vouches for begins the notice anew", () => {
    const looks = over({ at: 0 }, { at: 60, situation: { isTrusted: false } }, { at: 70 });
    expect(looks).toEqual([
      [0, announced],
      [60, withdrawn],
      [70, announced],
    ]);
  });

  test("a look out of turn ends nobody, and leaves the notice as it is", () => {
    const looks = over({ at: 0 }, { at: 60, situation: { isOutOfTurn: true } }, { at: 70 });
    expect(looks).toEqual([[0, announced], [60], [70, 1]]);
  });

  test("who was ended is not withdrawn once it is gone", () => {
    const looks = over({ at: 0 }, { at: 60 }, { at: 70, suspects: [] });
    expect(looks).toEqual([[0, announced], [60, 1], [70]]);
  });

  test("what could not be confirmed is tried again under the same notice", () => {
    const looks = over({ at: 0 }, { at: 60, outcome: "not_confirmed" }, { at: 70 }, { at: 80, suspects: [] });
    expect(looks).toEqual([[0, announced], [60, 1], [70, 1], [80]]);
  });

  test("one that waits for the budget stays announced", () => {
    const policy = { ...warning(), limits: { ...noLimits, perMinute: 0 } };
    expect(over({ at: 0, policy }, { at: 60, policy }, { at: 70 })).toEqual([[0, announced], [60], [70, 1]]);
  });

  test("a dry run's record takes no notice away: once it enforces, it announces and withdraws", () => {
    const dryRun = { permits: { isEnforcing: false } };
    const looks = over(
      { at: 0, situation: dryRun },
      { at: 60, situation: dryRun },
      { at: 70, situation: dryRun },
      { at: 80 },
      { at: 90, suspects: [] },
    );
    expect(looks).toEqual([[0, announced], [60], [70], [80, announced], [90, withdrawn]]);
  });

  test("nobody is announced whom no rule would end", () => {
    const suspects = [aLeaked(1, { severity: "suspect" }), aPoolSuspect({ severity: "leaked" })];
    const policy = warning({ matches: () => false });
    expect(over({ at: 0, suspects }, { at: 10, policy })).toEqual([[0], [10]]);
  });
});

describe("E10: a reload keeps what was announced", () => {
  test("a rule that is gone withdraws what it announced", () => {
    const looks = over({ at: 0 }, { at: 60, policy: aPolicy({ rules: [] }) }, { at: 70, policy: warning() });
    expect(looks).toEqual([
      [0, announced],
      [60, withdrawn],
      [70, announced],
    ]);
  });

  test("a rule that took its place gives a notice of its own", () => {
    const other = warning({ name: "other" });
    const looks = over(
      { at: 0 },
      { at: 59, policy: other },
      { at: 60, policy: other },
      { at: 119, policy: other },
    );
    expect(looks).toEqual([[0, announced], [59, withdrawn, ["announced", "other"]], [60], [119, 1]]);
  });

  test.for<readonly [string, Look, Look]>([
    ["what a dry run announced", { at: 0, situation: { permits: { isEnforcing: false } } }, { at: 50 }],
    ["another action", { at: 0, policy: warning({ action: "cancel" }) }, { at: 50 }],
  ])("%s is no notice of the act: it begins anew", ([, before, after]) => {
    const looks = over(before, after, { ...after, at: 60 }, { ...after, at: 109 }, { ...after, at: 110 });
    expect(looks).toEqual([[0, announced], [50, withdrawn, announced], [60], [109], [110, 1]]);
  });

  test("longer notice begins anew", () => {
    const policy = warning({ warnForSeconds: 600 });
    const looks = over(
      { at: 0 },
      { at: 50, policy },
      { at: 60, policy },
      { at: 649, policy },
      { at: 650, policy },
    );
    expect(looks).toEqual([[0, announced], [50, withdrawn, announced], [60], [649], [650, 1]]);
  });

  test.for([30, 0])("notice cut to %i s brings nothing forward", (warnForSeconds) => {
    const policy = warning({ warnForSeconds });
    expect(over({ at: 0 }, { at: 59, policy }, { at: 60, policy })).toEqual([[0, announced], [59], [60, 1]]);
  });
});

describe("E10: with several rules each gives its own notice", () => {
  test("the one with the longer notice does not act on the shorter notice of another", () => {
    const policy = warning(
      { name: "quick", rate: { ...noLimits, perHour: 0 } },
      { name: "slow", warnForSeconds: 600 },
    );
    const looks = over({ at: 0, policy }, { at: 60, policy }, { at: 599, policy }, { at: 600, policy });
    expect(looks).toEqual([[0, ["announced", "quick"], ["announced", "slow"]], [60], [599], [600, 1]]);
  });

  test("one without notice that has used up its limits does not keep the next from announcing", () => {
    const policy = warning(
      { name: "at once", warnForSeconds: 0, rate: { ...noLimits, perHour: 0 } },
      { name: "later" },
    );
    expect(over({ at: 0, policy }, { at: 60, policy })).toEqual([
      [0, ["announced", "later"]],
      [60, 1],
    ]);
  });
});

describe("E10: a notice runs only while this process could act", () => {
  test.for<readonly [string, Look["situation"]]>([
    ["without the grant", { permits: { canSignal: false } }],
    ["with a failing audit", { permits: { isAuditWorking: false } }],
    ["behind a pooler", { permits: { isPooled: true } }],
  ])(
    "%s it does not, and begins, announced again, at the look that sees the end of that",
    ([, situation]) => {
      const looks = over(
        { at: 0, situation },
        { at: 900, situation },
        { at: 990 },
        { at: 1049 },
        { at: 1050 },
      );
      expect(looks).toEqual([[0, announced], [900], [990, announced], [1049], [1050, 1]]);
    },
  );

  test("one that ran begins anew after such a look", () => {
    const situation = { permits: { canSignal: false } };
    const looks = over({ at: 0 }, { at: 50, situation }, { at: 60 }, { at: 119 }, { at: 120 });
    expect(looks).toEqual([[0, announced], [50], [60, announced], [119], [120, 1]]);
  });

  test("not while the breaker is open", () => {
    const breaker = {
      futileActs: Infinity,
      unconfirmedActs: Infinity,
      windowSeconds: 600,
      coolDownSeconds: 100,
    };
    const policy = { ...warning(), breaker };
    const open = anOpenBreaker({ sinceSeconds: NOW, why: "unconfirmed" });
    let leash: Leash = { ...emptyLeash, ledger: { entries: [], breaker: open } };
    const looks = [0, 99, 100, 159, 160].map((at) => {
      const look = decided(leash, aSituation([aLeaked(1)], { nowSeconds: NOW + at }), { policy });
      leash = look.leash;
      return [...noticesOf(look.plan), ...endedBy(look.plan)];
    });
    expect(looks).toEqual([[announced], [], [announced], [], [1]]);
  });

  test("without the lease alone it runs: who takes it over acts at once", () => {
    const situation = { permits: { hasLease: false } };
    expect(over({ at: 0, situation }, { at: 59, situation }, { at: 60 })).toEqual([
      [0, announced],
      [59],
      [60, 1],
    ]);
  });

  test("a reload to longer notice counts from when it began to run", () => {
    const situation = { permits: { canSignal: false } };
    const policy = warning({ warnForSeconds: 600 });
    const looks = over(
      { at: 0, situation },
      { at: 1000 },
      { at: 1010, policy },
      { at: 1609, policy },
      { at: 1610, policy },
    );
    expect(looks).toEqual([
      [0, announced],
      [1000, announced],
      [1010, withdrawn, announced],
      [1609],
      [1610, 1],
    ]);
  });

  test("one that was held keeps the time that was planned, though a reload gives shorter notice", () => {
    const situation = { permits: { canSignal: false } };
    const long = warning({ warnForSeconds: 600 });
    const looks = over({ at: 0, situation, policy: long }, { at: 10 }, { at: 70 }, { at: 599 }, { at: 600 });
    expect(looks).toEqual([[0, announced], [10, announced], [70], [599], [600, 1]]);
  });

  test("what is told keeps the time at which it was announced first, says what refuses, and is counted as spared for that", () => {
    const blind = aSituation([aLeaked(1)], { permits: { canSignal: false } });
    const held = decided(emptyLeash, blind, { policy: warning() });
    expect(reasonsOf(held.plan)).toEqual(["no_privilege"]);
    expect(held.plan.notices).toMatchObject([{ refusals: [{ reason: "no_privilege" }] }]);
    const seeing = aSituation([aLeaked(1)], { nowSeconds: NOW + 900 });
    const begun = decided(held.leash, seeing, { policy: warning() });
    expect(reasonsOf(begun.plan)).toEqual(["announced"]);
    const announcement = { announcedSeconds: NOW, noticeSinceSeconds: NOW + 900, plannedSeconds: NOW + 960 };
    expect(begun.plan.notices).toMatchObject([{ type: "announced", refusals: [], announcement }]);
  });
});
