import { backendKinds, type BackendKind } from "../classify/kind.ts";
import { builtInFloors, type RuleAction } from "../decide/policy.ts";
import type { Target } from "../decide/target.ts";
import { backendStates } from "../observe/snapshot.ts";
import { formatDuration } from "./duration.ts";
import type { Matcher } from "./matcher.ts";
import { namesHolder } from "./names-holder.ts";
import { unseenTarget } from "./unseen-target.ts";

/** The fields of a rule that must fit each other. */
type RuleFields = {
  readonly match: readonly Matcher<Target>[];
  readonly action: RuleAction;
  readonly min_age: number;
};

/** What is wrong with a rule whose fields are right by themselves. */
type RuleProblem = {
  readonly key: keyof RuleFields;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
};

/** All that is wrong between the fields of one rule. A rule without matchers is the matter of its field. Durations in seconds. */
export function checkRule(rule: RuleFields): readonly RuleProblem[] {
  const kinds = kindsOf(rule.match);
  return [
    ...(rule.match.length === 0 || rule.match.some(namesHolder) ? [] : [scopeless]),
    ...(kinds.length === 0 ? [noSession] : []),
    ...belowFloor(rule, kinds),
    ...cancelsNothing(rule, kinds),
  ];
}

const scopeless: RuleProblem = {
  key: "match",
  expected: "a matcher with = or =~ that names a database, role, application or client",
  got: "none",
  hint: "a rule is never for everybody, so .* and its like do not count",
};

const noSession: RuleProblem = {
  key: "match",
  expected: "matchers that some kind of session can fit",
  got: "ones that none can",
  hint: "prepared transactions and pools are never ended",
};

/** The kinds of session that the matchers leave possible. */
function kindsOf(match: readonly Matcher<Target>[]): readonly BackendKind[] {
  const matchers = match.filter(({ label }) => label === "kind");
  return backendKinds.filter((kind) => matchers.every(({ matches }) => matches({ ...unseenTarget, kind })));
}

/**
 * The guards hold every floor, whatever is configured. A rule that names kinds is told when it can never act as it
 * says; one that names none is held to the lowest floor by the field itself.
 */
function belowFloor({ match, min_age }: RuleFields, kinds: readonly BackendKind[]): readonly RuleProblem[] {
  if (!match.some(({ label, isNegated }) => label === "kind" && !isNegated)) return [];
  const [highest] = kinds.toSorted((a, b) => builtInFloors[b] - builtInFloors[a]);
  if (highest === undefined || min_age >= builtInFloors[highest]) return [];
  const floor = formatDuration(builtInFloors[highest]);
  const expected = `at least ${floor}, below which no ${highest} is ended`;
  return [{ key: "min_age", expected, got: formatDuration(min_age), hint: undefined }];
}

/** To an idle session, and to one that waits for its client, a cancel request is nothing. */
function cancelsNothing(
  { match, action }: RuleFields,
  kinds: readonly BackendKind[],
): readonly RuleProblem[] {
  if (action === "terminate") return [];
  const matchers = match.filter(({ label }) => label === "state");
  const states = backendStates.filter((state) =>
    matchers.every(({ mayMatch }) => mayMatch({ ...unseenTarget, state })),
  );
  const isActive = states.every((state) => state === "active" || state === "unknown");
  const isRunning = (kind: BackendKind): boolean =>
    kind === "stale_active" || (kind === "long_transaction" && isActive);
  if (kinds.every(isRunning)) return [];
  return [
    {
      key: "action",
      expected: "terminate",
      got: "cancel",
      hint: 'only running statements can be cancelled: name kind="stale_active", or kind="long_transaction" with state="active"',
    },
  ];
}
