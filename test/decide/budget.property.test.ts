import * as fc from "fast-check";
import { expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { outcomes } from "../../src/decide/ledger.ts";
import type { Plan } from "../../src/decide/plan.ts";
import type { Policy, Rule } from "../../src/decide/policy.ts";
import { holderKeyOf } from "../../src/decide/target.ts";
import { aLeaked, aPolicy, aRule, aSituation, NOW } from "../support/a-case.ts";
import { aGroup } from "../support/a-view.ts";
import { mostly } from "../support/arbitrary-suspects.ts";
import { decided } from "../support/decided.ts";

const numRuns = process.env["PGLEASH_TIER"] === undefined ? 1000 : 5000;

const few = mostly(Infinity, 0, 1, 2, 3);
const rate = fc.record({ perLook: few, perMinute: few, perHour: few });

/** Two rules, each for one of two applications, and limits over both. */
const policies: fc.Arbitrary<Policy> = fc
  .record({
    rates: fc.tuple(rate, rate),
    shares: fc.tuple(fc.constantFrom(null, 0.05, 0.2), fc.constantFrom(null, 0.4)),
    limits: fc.record({
      perLook: few,
      perMinute: few,
      perHour: few,
      share: mostly(1, 0.001, 0.1),
      shareWindowSeconds: fc.constantFrom(60, 600, 7200),
      coolDownSeconds: mostly(0, 10, 7200),
    }),
  })
  .map(({ rates, shares, limits }) => {
    const rules = ["web-1", "web-2"].map((name, index) =>
      aRule({
        name,
        matches: ({ applicationName }) => applicationName === name,
        rate: rates[index] ?? rates[0],
        share: shares[index] ?? null,
      }),
    );
    return aPolicy({ rules, limits });
  });

/** How long after the last look, how far the clock went back meanwhile, what is seen, and what comes of acts. */
const looks = fc.array(
  fc.record({
    afterSeconds: fc.constantFrom(0, 1, 9, 10, 30, 60, 600, 3600),
    backSeconds: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(5, 100, 90_000) },
    ),
    sessions: fc.constantFrom(1, 10, 40),
    seen: fc.array(
      fc.record({
        applicationName: fc.constantFrom("web-1", "web-2"),
        clientAddr: fc.constantFrom("10.0.0.7", "10.0.0.8"),
      }),
      { maxLength: 6 },
    ),
    outcome: fc.constantFrom(...outcomes),
  }),
  { minLength: 1, maxLength: 12 },
);

/** When something was done by the real time, which no clock turns back. */
type Done = { readonly atSeconds: number; readonly rule: Rule; readonly holder: string };

/** What is done by a plan, or would be if it were no dry run. */
function doneBy({ decisions }: Plan, atSeconds: number): readonly Done[] {
  return decisions.flatMap((one) => {
    const isDone = one.type === "act" || one.reason === "dry_run";
    if (!isDone || one.rule === null || !("backend" in one.episode)) return [];
    return [{ atSeconds, rule: one.rule, holder: holderKeyOf(one.episode.backend) }];
  });
}

/** The limits that a look breaks, after what was done before. */
function broken(
  { limits, rules }: Policy,
  before: readonly Done[],
  {
    now,
    atSeconds,
    sessions,
  }: { readonly now: readonly Done[]; readonly atSeconds: number; readonly sessions: number },
): readonly string[] {
  const within = (done: readonly Done[], seconds: number): readonly Done[] =>
    done.filter((one) => one.atSeconds > atSeconds - seconds);
  const all = [...before, ...now];
  const of = (name: string, done: readonly Done[]): number =>
    done.filter(({ rule }) => rule.name === name).length;
  const counts: readonly (readonly [what: string, count: number, most: number])[] = [
    ["look", now.length, limits.perLook],
    ["minute", within(all, 60).length, limits.perMinute],
    ["hour", within(all, 3600).length, limits.perHour],
    ...rules.flatMap(({ name, rate: own }) => [
      [`look of ${name}`, of(name, now), own.perLook] as const,
      [`minute of ${name}`, of(name, within(all, 60)), own.perMinute] as const,
      [`hour of ${name}`, of(name, within(all, 3600)), own.perHour] as const,
    ]),
    ...now.flatMap(({ rule, holder }, index) => {
      const earlier = all.slice(0, before.length + index);
      const same = earlier.filter((one) => one.holder === holder);
      const share = Math.max(1, Math.floor((rule.share ?? limits.share) * sessions));
      return [
        ["share", within(earlier, limits.shareWindowSeconds).length + 1, share] as const,
        ["cool-down", within(same, limits.coolDownSeconds).length, 0] as const,
      ];
    }),
  ];
  // What is done at a look counts in it, whatever comes of it.
  return counts.flatMap(([what, count, most]) =>
    now.length > 0 && count > most ? [`${what}: ${count} of ${most}`] : [],
  );
}

test.for([true, false])("E15, E16: budgets hold over any sequence of looks, enforcing: %s", (isEnforcing) => {
  let acts = 0;
  fc.assert(
    fc.property(policies, looks, (policy, sequence) => {
      let leash: Leash = emptyLeash;
      let atSeconds = NOW;
      let behindSeconds = 0;
      const done: Done[] = [];
      for (const [index, { afterSeconds, backSeconds, sessions, seen, outcome }] of sequence.entries()) {
        atSeconds += afterSeconds;
        behindSeconds += backSeconds;
        const suspects = seen.map((backend, at) => aLeaked(100 * index + at, { backend }));
        const situation = aSituation(suspects, {
          nowSeconds: atSeconds - behindSeconds,
          groups: [aGroup({ sessions })],
          permits: { isEnforcing },
        });
        const look = decided(leash, situation, { policy, outcome: () => (isEnforcing ? outcome : null) });
        leash = look.leash;
        const now = doneBy(look.plan, atSeconds);
        expect(broken(policy, done, { now, atSeconds, sessions })).toEqual([]);
        // A session that had moved on was not touched, nor was one that the server refused to signal.
        if (!isEnforcing || (outcome !== "moved_on" && outcome !== "denied")) done.push(...now);
      }
      acts += done.length;
    }),
    { numRuns },
  );
  expect(acts).toBeGreaterThan(numRuns);
});
