import * as fc from "fast-check";

import { protectionLabels, targetLabels } from "../../src/config/matcher-labels.ts";
import { matchAll, mayMatchAll, parseMatcher, type Labels, type Matcher } from "../../src/config/matcher.ts";
import type { Policy, Protection, Rule } from "../../src/decide/policy.ts";
import type { Target } from "../../src/decide/target.ts";
import { aPolicy, aRule } from "./a-case.ts";
import { mostly } from "./arbitrary-suspects.ts";

function compiled(text: string, labels: Labels<Target>): Matcher<Target> {
  const parsed = parseMatcher(text, labels);
  if ("problem" in parsed) throw new Error(`${text}: ${parsed.problem.expected}`);
  return parsed.matcher;
}

const aboutHolders = [
  'usename="app"',
  'usename!="etl"',
  'application_name=~"web-.*"',
  'client_addr!~"10.0.0.8"',
  'datname=~".+"',
];

const aboutAll = [
  ...aboutHolders,
  'state="idle in transaction"',
  'query_id!="1"',
  'kind=~"idle.*|stal.*"',
  'severity!="suspect"',
  'harm=~"vacuum|blocking"',
  'comment.route="/checkout"',
  'comment.route!="/cart"',
];

/** One matcher of a rule, as the configuration compiles it. */
export const arbitraryMatcher: fc.Arbitrary<Matcher<Target>> = fc
  .constantFrom(...aboutAll)
  .map((text) => compiled(text, targetLabels));

/** A rule, and the matchers that it was made of. */
export type MadeRule = { readonly rule: Rule; readonly matchers: readonly Matcher<Target>[] };

const rate = fc.record({
  perLook: mostly(Infinity, 0, 1),
  perMinute: mostly(Infinity, 2),
  perHour: mostly(Infinity, 3),
});

const gates = fc.record({
  minAgeSeconds: mostly(60, 1000, 0),
  minSightings: fc.integer({ min: 1, max: 2 }),
  minFollowedSeconds: mostly(0, 60),
  minHarm: mostly<Rule["minHarm"]>("slot", "vacuum", "blocking"),
  minPressure: mostly(0, 0.6),
  maxWorkAtRiskSeconds: mostly(Infinity, 60),
  serverRole: mostly<Rule["serverRole"]>("any", "primary", "standby"),
  warnForSeconds: mostly(0, 30, 60),
  share: mostly<number | null>(null, 0.02),
  rate,
});

/** Up to three rules of different names. */
export const arbitraryRules: fc.Arbitrary<readonly MadeRule[]> = fc
  .array(fc.tuple(gates, fc.array(arbitraryMatcher, { minLength: 1, maxLength: 2 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) =>
    all.map(([gate, matchers], index) => {
      return { matchers, rule: aRule({ name: `rule ${index}`, ...gate, matches: matchAll(matchers) }) };
    }),
  );

/** A protection, by one matcher. */
export const arbitraryProtection: fc.Arbitrary<Protection> = fc
  .constantFrom('usename="nightly"', ...aboutHolders)
  .map((text) => {
    return { name: text, mayMatch: mayMatchAll([compiled(text, protectionLabels)]) };
  });

const limits = fc.record({
  perLook: mostly(2, Infinity),
  perMinute: mostly(Infinity, 2),
  perHour: mostly(Infinity, 3),
  share: mostly(Infinity, 0.02),
  shareWindowSeconds: fc.constant(600),
  coolDownSeconds: mostly(0, 10, 7200),
});

/** A policy of such rules, whose limits hold somebody back now and then. Mostly it protects nobody. */
export function arbitraryPolicy(made: readonly MadeRule[]): fc.Arbitrary<Policy> {
  const protections = fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(arbitraryProtection, { maxLength: 1 }) },
  );
  return fc
    .record({ limits, protections })
    .map((some) => aPolicy({ rules: made.map(({ rule }) => rule), ...some }));
}
