import * as fc from "fast-check";
import { expect, test } from "vitest";

import { decide, type DecideOptions } from "../../src/decide/decide.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { LedgerEntry } from "../../src/decide/ledger.ts";
import type { Plan } from "../../src/decide/plan.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { spareReasons } from "../../src/decide/reason.ts";
import type { Situation } from "../../src/decide/situation.ts";
import { aSituation, NOW } from "../support/a-case.ts";
import { arbitraryLeash } from "../support/arbitrary-leash.ts";
import { arbitraryPolicy, arbitraryRules } from "../support/arbitrary-policy.ts";
import { arbitrarySession, arbitrarySituation, arbitrarySuspects } from "../support/arbitrary-suspects.ts";
import { decided } from "../support/decided.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { withoutFields } from "../support/without-fields.ts";

const numRuns = process.env["PGLEASH_TIER"] === undefined ? 1000 : 5000;

const options: fc.Arbitrary<DecideOptions> = arbitraryRules
  .chain(arbitraryPolicy)
  .map((policy) => ({ policy, floors: builtInFloors }));

const looks = arbitrarySuspects.chain((suspects) =>
  fc.record({ situation: arbitrarySituation(suspects), leash: arbitraryLeash(suspects), options }),
);

/**
 * The same look and leash in another mode. A dry run's acts have no outcome, and so tell a breaker nothing: once it has
 * cooled down it tries one only when enforcing.
 */
function inMode(
  mode: "enforce" | "dry_run",
  situation: Situation,
  leash: Leash,
): readonly [Situation, Leash] {
  const outcome = mode === "enforce" ? ("terminated" as const) : null;
  const entries = leash.ledger.entries.map((entry): LedgerEntry => ({ ...entry, mode, outcome }));
  const isCooling = leash.ledger.breaker.sinceSeconds > NOW - 1800;
  const breaker = entries.length === 0 && isCooling ? leash.ledger.breaker : emptyLeash.ledger.breaker;
  const announcements = [...leash.announcements].map(
    ([key, announced]) => [key, announced.map((one) => ({ ...one, mode }))] as const,
  );
  const acted = [...leash.acted].map(([key, one]) => [key, { ...one, mode, outcome }] as const);
  return [
    { ...situation, permits: { ...situation.permits, isEnforcing: mode === "enforce" } },
    {
      ledger: { entries, breaker },
      announcements: new Map(announcements),
      acted: new Map(acted),
    },
  ];
}

/**
 * A plan as both modes must agree on it: what is spared by the last guard alone would be done. What was done before is
 * told in other words than what would have been.
 */
function agreed({ decisions, notices }: Plan): unknown {
  const would = decisions.map((one) => {
    const isDone = one.type === "act" || one.reason === "dry_run";
    return { episode: one.episode, rule: one.rule, decided: isDone ? "done" : one.reason };
  });
  // An announcement names its mode, because a dry run's is none of enforcing.
  return { would, notices: withoutFields(notices.map(withoutBreakerWords), "mode") };
}

/** Of an open breaker each mode has words of its own: when it tries an act, or that a dry run tries none. */
function withoutBreakerWords(notice: Plan["notices"][number]): unknown {
  if (!("refusals" in notice)) return notice;
  const refusals = notice.refusals.map(({ reason, why }) => ({
    reason,
    why: reason === "breaker_open" ? null : why,
  }));
  return { ...notice, refusals };
}

test("E34: the plan holds every suspect exactly once, for a reason that is one", () => {
  fc.assert(
    fc.property(looks, ({ situation, leash, options: some }) => {
      const { plan } = decide(situation, leash, some);
      expect(plan.decisions).toHaveLength(situation.suspects.length);
      expect(new Set(plan.decisions.map(({ episode }) => episode))).toEqual(new Set(situation.suspects));
      const reasons = plan.decisions.flatMap((one) => (one.type === "spare" ? [one.reason] : []));
      expect(spareReasons).toEqual(expect.arrayContaining(reasons));
    }),
    { numRuns },
  );
});

test("E2: the same look, leash and policy give the same plan, and none of them is changed", () => {
  fc.assert(
    fc.property(looks, ({ situation, leash, options: some }) => {
      deepFreeze([situation, leash, some]);
      expect(decide(situation, leash, some)).toEqual(decide(situation, leash, some));
    }),
    { numRuns },
  );
});

test("E2: a dry run and an enforcing one agree on all but the last guard", () => {
  let done = 0;
  fc.assert(
    fc.property(looks, ({ situation, leash, options: some }) => {
      const enforced = decide(...inMode("enforce", situation, leash), some);
      const dry = decide(...inMode("dry_run", situation, leash), some);
      expect(agreed(dry.plan)).toEqual(agreed(enforced.plan));
      const announced = [dry, enforced].map(({ leash: after }) => withoutFields(after.announcements, "mode"));
      expect(announced[0]).toEqual(announced[1]);
      done += enforced.plan.decisions.filter(({ type }) => type === "act").length;
    }),
    { numRuns },
  );
  expect(done).toBeGreaterThan(numRuns / 20);
});

test("E3: a recorded run of looks replays to equal plans in a dry run and when enforcing", () => {
  const runs = fc
    .tuple(...[1, 2, 3, 4].map(arbitrarySession))
    .chain((sessions) =>
      fc.record({ some: options, run: fc.array(fc.subarray(sessions), { minLength: 1, maxLength: 8 }) }),
    );
  fc.assert(
    fc.property(runs, ({ some: { policy }, run }) => {
      const replay = (isEnforcing: boolean): readonly unknown[] => {
        let leash: Leash = emptyLeash;
        return run.map((suspects, index) => {
          const situation = aSituation(suspects, { nowSeconds: NOW + 20 * index, permits: { isEnforcing } });
          const look = decided(leash, situation, {
            policy,
            outcome: () => (isEnforcing ? "terminated" : null),
          });
          leash = look.leash;
          return agreed(look.plan);
        });
      };
      expect(replay(false)).toEqual(replay(true));
    }),
    { numRuns },
  );
});
