import { backendKinds, type BackendKind } from "../classify/kind.ts";
import { builtInFloors, type RuleAction } from "../decide/policy.ts";
import type { Target } from "../decide/target.ts";
import { formatDuration } from "./duration.ts";
import type { Matcher } from "./matcher.ts";
import { namesHolder } from "./names-holder.ts";
import { unseenTarget } from "./unseen-target.ts";

/** The fields of a rule that must fit each other; `undefined` where one is wrong by itself. Durations in seconds. */
type RuleFields = {
  readonly match: readonly Matcher<Target>[];
  readonly action: RuleAction | undefined;
  readonly min_age: number | undefined;
};

/** What is wrong with a rule whose fields are right by themselves. */
type RuleProblem = {
  /** Within the rule. */
  readonly path: readonly [keyof RuleFields, ...number[]];
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
};

/** All that is wrong between the fields of one rule. */
export function checkRule(rule: RuleFields): readonly RuleProblem[] {
  const scope = rule.match.some(namesHolder) ? [] : [scopeless];
  const severity = neverLeaked(rule);
  if (!rule.match.some(namesKind)) return [...scope, kindless(rule), ...severity];
  const kinds = kindsOf(rule.match);
  return [
    ...scope,
    ...severity,
    ...(kinds.length === 0 ? [noSession] : []),
    ...belowFloor(rule, kinds),
    ...cancelsNothing(rule, kinds),
    ...neverIdle(rule, kinds),
  ];
}

const scopeless: RuleProblem = {
  path: ["match"],
  expected: "a matcher with = or =~ that names a database, role, application or client",
  got: "none",
  hint: "a rule is never for everybody, so .* and its like do not count",
};

/** Told at the pattern that fits every kind, where there is one. */
function kindless({ match }: RuleFields): RuleProblem {
  const widest = match.findIndex(isOnKind);
  return {
    path: widest < 0 ? ["match"] : ["match", widest],
    expected: "a matcher with = or =~ that names the kind",
    got: widest < 0 ? "none" : "one that every kind fits",
    hint: 'some kinds are far less sure than others: write kind="idle_in_transaction", or kind=~"idle_in_transaction.*"',
  };
}

const noSession: RuleProblem = {
  path: ["match"],
  expected: "matchers that some kind of session can fit",
  got: "ones that none can",
  hint: "prepared transactions and pools are never ended",
};

/** A pattern that every kind fits narrows nothing, so it names none. */
function namesKind(matcher: Matcher<Target>): boolean {
  return isOnKind(matcher) && !backendKinds.every((kind) => matcher.matches({ ...unseenTarget, kind }));
}

function isOnKind({ label, isNegated }: Matcher<Target>): boolean {
  return label === "kind" && !isNegated;
}

/** The kinds of session that the matchers leave possible. */
function kindsOf(match: readonly Matcher<Target>[]): readonly BackendKind[] {
  const matchers = match.filter(({ label }) => label === "kind");
  return backendKinds.filter((kind) => matchers.every(({ matches }) => matches({ ...unseenTarget, kind })));
}

/** The guards hold every floor, whatever is configured. A rule is told when it can never act as it says. */
function belowFloor({ min_age }: RuleFields, kinds: readonly BackendKind[]): readonly RuleProblem[] {
  const [highest] = kinds.toSorted((a, b) => builtInFloors[b] - builtInFloors[a]);
  if (min_age === undefined || highest === undefined || min_age >= builtInFloors[highest]) return [];
  const floor = formatDuration(builtInFloors[highest]);
  const expected = `at least ${floor}, below which no ${highest} is ended`;
  return [{ path: ["min_age"], expected, got: formatDuration(min_age), hint: undefined }];
}

/**
 * To an idle session, and to one that waits for its client, a cancel request is nothing. A long transaction is ended
 * only while it is idle, and so it is never cancelled either.
 */
function cancelsNothing({ action }: RuleFields, kinds: readonly BackendKind[]): readonly RuleProblem[] {
  if (action !== "cancel" || kinds.every((kind) => kind === "stale_active")) return [];
  const hint = 'only running statements can be cancelled: name kind="stale_active" alone';
  return [{ path: ["action"], expected: "terminate", got: "cancel", hint }];
}

/** The killing statement takes a long transaction only while it is idle: in any other state it would always have moved on. */
function neverIdle({ match }: RuleFields, kinds: readonly BackendKind[]): readonly RuleProblem[] {
  const matchers = match.filter(({ label }) => label === "state");
  const mayBeIdle = matchers.every(({ mayMatch }) =>
    mayMatch({ ...unseenTarget, state: "idle in transaction" }),
  );
  if (mayBeIdle || !kinds.includes("long_transaction")) return [];
  return [
    {
      path: ["match"],
      expected: 'matchers that long_transaction with state="idle in transaction" can fit',
      got: "ones that it cannot",
      hint: "a long transaction is ended only while it is idle; leave out the state, or the kind",
    },
  ];
}

/** Nobody is ended before it is leaked, whatever a rule says, so a rule for the others would wait for good. */
function neverLeaked({ match }: RuleFields): readonly RuleProblem[] {
  return match.flatMap(({ label, matches }, index): readonly RuleProblem[] => {
    if (label !== "severity" || matches({ ...unseenTarget, severity: "leaked" })) return [];
    const hint = "nobody is ended who is only suspect: leave this matcher out";
    return [
      { path: ["match", index], expected: "a matcher that leaked fits", got: "one that it does not", hint },
    ];
  });
}
