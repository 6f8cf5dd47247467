import * as fc from "fast-check";
import { expect, test } from "vitest";

import { matchAll } from "../../src/config/matcher.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Policy } from "../../src/decide/policy.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aPolicy, aSituation, NOW } from "../support/a-case.ts";
import { arbitraryLeash } from "../support/arbitrary-leash.ts";
import {
  arbitraryMatcher,
  arbitraryPolicy,
  arbitraryProtection,
  arbitraryRules,
  type MadeRule,
} from "../support/arbitrary-policy.ts";
import { arbitrarySession, arbitrarySituation, arbitrarySuspects } from "../support/arbitrary-suspects.ts";
import { decided, endedBy } from "../support/decided.ts";

const numRuns = process.env["PGLEASH_TIER"] === undefined ? 1000 : 5000;

/**
 * What these rules and protections allow without a budget. With one it does not hold, and need not: one victim less makes
 * room for another.
 */
function unlimited(made: readonly MadeRule[], protections: Policy["protections"] = []): Policy {
  const rate = { perLook: Infinity, perMinute: Infinity, perHour: Infinity };
  return aPolicy({ rules: made.map(({ rule }) => ({ ...rule, rate, share: null })), protections });
}

/** The rules, the first of them with one matcher more. */
function narrowed(
  [first, ...others]: readonly MadeRule[],
  matcher: MadeRule["matchers"][number],
): readonly MadeRule[] {
  if (first === undefined) return [];
  const matchers = [...first.matchers, matcher];
  return [{ matchers, rule: { ...first.rule, matches: matchAll(matchers) } }, ...others];
}

const looks = arbitrarySuspects.chain((suspects) =>
  fc.record({
    situation: arbitrarySituation(suspects),
    leash: arbitraryLeash(suspects).map((leash) => ({ ...leash, ledger: emptyLeash.ledger })),
    made: arbitraryRules,
    matcher: arbitraryMatcher,
    protection: arbitraryProtection,
  }),
);

test("E4: a matcher more, or a protection more, never adds a victim", () => {
  let victims = 0;
  fc.assert(
    fc.property(looks, ({ situation, leash, made, matcher, protection }) => {
      const ended = (policy: Policy): readonly number[] =>
        endedBy(decided(leash, situation, { policy }).plan);
      const wide = ended(unlimited(made));
      const narrow = ended(unlimited(narrowed(made, matcher)));
      expect(wide).toEqual(expect.arrayContaining([...narrow]));
      expect(wide).toEqual(expect.arrayContaining([...ended(unlimited(made, [protection]))]));
      victims += narrow.length;
    }),
    { numRuns },
  );
  expect(victims).toBeGreaterThan(numRuns / 10);
});

/** The pids of all that are ended over these looks, by the first look at which they are. */
function endedOver(
  sequence: readonly (readonly [
    afterSeconds: number,
    suspects: readonly SessionEpisode[],
    pressure: number,
  ])[],
  policy: Policy,
): readonly ReadonlySet<number>[] {
  let leash: Leash = emptyLeash;
  let nowSeconds = NOW;
  const ended = new Set<number>();
  return sequence.map(([afterSeconds, suspects, pressure]) => {
    nowSeconds += afterSeconds;
    const look = decided(leash, aSituation(suspects, { nowSeconds, pressure }), { policy });
    leash = look.leash;
    for (const pid of endedBy(look.plan)) ended.add(pid);
    return new Set(ended);
  });
}

test("E4: nor over any sequence of looks, whatever was announced meanwhile", () => {
  const sequences = fc.tuple(...[1, 2, 3].map(arbitrarySession)).chain((sessions) =>
    fc.record({
      sequence: fc.array(
        fc.tuple(fc.constantFrom(10, 30, 60), fc.subarray(sessions), fc.constantFrom(0.5, 0.7)),
        { minLength: 1, maxLength: 8 },
      ),
      made: arbitraryRules,
      matcher: arbitraryMatcher,
    }),
  );
  let victims = 0;
  fc.assert(
    fc.property(sequences, ({ sequence, made, matcher }) => {
      const wide = endedOver(sequence, unlimited(made));
      for (const [at, narrow] of endedOver(sequence, unlimited(narrowed(made, matcher))).entries()) {
        expect([...(wide[at] ?? [])]).toEqual(expect.arrayContaining([...narrow]));
        victims += narrow.size;
      }
    }),
    { numRuns },
  );
  expect(victims).toBeGreaterThan(numRuns / 10);
});

/**
 * One for each thing that may be hidden or unknown. A wait and a progress are none: where the server shows a state,
 * their null says that there is none, and it hides all of them together with the state.
 */
const unknown: readonly Partial<Backend>[] = [
  { datname: null },
  { usename: null },
  { isSuperuser: null },
  { isReplication: null },
  { applicationName: null },
  { clientAddr: null },
  { pooledClientAddr: null },
  { state: "unknown" },
  { state: "unknown", waitEventType: null, waitEvent: null, progress: null },
  { xactStart: null },
  { queryStart: null },
  { stateChange: null },
  { xactSeconds: null },
  { querySeconds: null },
  { stateSeconds: null },
  { queryId: null },
  { statement: null },
  { xidAge: null },
  { xminAge: null },
];

function withLessKnown(episode: SessionEpisode): readonly SessionEpisode[] {
  const { backend, harm } = episode;
  return [
    ...unknown.map((hidden) => ({ ...episode, backend: { ...backend, ...hidden } })),
    { ...episode, harm: { ...harm, workAtRiskSeconds: null } },
    { ...episode, harm: { ...harm, horizonAge: null } },
    { ...episode, commentKeys: new Map() },
    { ...episode, redactedStatement: null },
  ];
}

test("E4: whatever is not known of a suspect never makes it a victim, the budget included", () => {
  const alone = arbitrarySession(1).chain((episode) =>
    fc.record({
      episode: fc.constant(episode),
      situation: arbitrarySituation([episode]),
      leash: arbitraryLeash([episode]),
      policy: arbitraryRules.chain(arbitraryPolicy),
      protection: arbitraryProtection,
    }),
  );
  let victims = 0;
  fc.assert(
    fc.property(alone, ({ episode, situation, leash, policy, protection }) => {
      for (const some of [policy, { ...policy, protections: [protection] }]) {
        const ended = (one: SessionEpisode): number =>
          endedBy(decided(leash, { ...situation, suspects: [one] }, { policy: some }).plan).length;
        const known = ended(episode);
        victims += known;
        const others = withLessKnown(episode).filter((less) => ended(less) > known);
        expect(others).toEqual([]);
      }
    }),
    { numRuns },
  );
  expect(victims).toBeGreaterThan(numRuns / 10);
});
