import type { Case } from "./guard.ts";
import { guards } from "./guards/index.ts";
import type { Rule } from "./policy.ts";
import type { SpareReason } from "./reason.ts";
import { targetOf, type SessionEpisode } from "./target.ts";

/** What one rule says of a suspect. */
export type RuleExplanation = {
  readonly rule: Rule;
  readonly matches: boolean;
  /** Each condition on whom the rule is for, by its text. */
  readonly matchers: readonly { readonly text: string; readonly matches: boolean }[];
  /** Every guard that spares the suspect, in their order: all of them would have to change. None where the rule matches not. */
  readonly spares: readonly { readonly reason: SpareReason; readonly why: string }[];
};

/**
 * What each rule says of a session that is suspected, without stopping at the first reason as a decision does. As if it
 * were the first to be decided on: what the plan of a look takes from the budget is in the leash already. Pure.
 */
export function explain(
  episode: SessionEpisode,
  deciding: Pick<Case, "policy" | "floors" | "situation" | "leash">,
): readonly RuleExplanation[] {
  const target = targetOf(deciding.situation.server, episode);
  return deciding.policy.rules.map((rule) => {
    const one: Case = { ...deciding, episode, target, rule, planned: [] };
    const matches = rule.matches(target);
    return {
      rule,
      matches,
      matchers: rule.matchers.map((matcher) => ({ text: matcher.text, matches: matcher.matches(target) })),
      spares: matches ? guards.flatMap((guard) => spareOf(guard, one)) : [],
    };
  });
}

function spareOf({ reason, why: ask }: (typeof guards)[number], one: Case): RuleExplanation["spares"] {
  const why = ask(one);
  return why === null ? [] : [{ reason, why }];
}
