import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Case, Guard } from "./guard.ts";
import { guards } from "./guards/index.ts";
import type { Leash } from "./leash.ts";
import { neverEndedFor } from "./never-ended.ts";
import type { Rule } from "./policy.ts";
import type { SpareReason } from "./reason.ts";
import { modeOf } from "./situation.ts";
import { spentOf } from "./spent.ts";
import { targetOf, type SessionEpisode } from "./target.ts";

/** Why a suspect is spared; `isPermanent` where it stays so, whatever else changes. */
type ExplainedSpare = { readonly reason: SpareReason; readonly why: string; readonly isPermanent: boolean };

/** What one rule says of a suspect. */
export type RuleExplanation = {
  readonly rule: Rule;
  readonly matches: boolean;
  /** Each condition on whom the rule is for, by its text. */
  readonly matchers: readonly { readonly text: string; readonly matches: boolean }[];
  /**
   * Every guard that spares the suspect, in their order, but for the permanent ones, which come first: all of them would
   * have to change. None where the rule matches not.
   */
  readonly spares: readonly ExplainedSpare[];
};

type Explaining = Pick<Case, "policy" | "floors" | "situation" | "leash">;

/**
 * What each rule says of a session that is suspected, without stopping at the first reason as a decision does. As if it
 * were the first to be decided on: what the plan of a look takes from the budget is in the leash already. What follows
 * from its own record of a dry run, and from nothing else, is left out: it would read as if it had been ended. Pure.
 */
export function explain(episode: SessionEpisode, explaining: Explaining): readonly RuleExplanation[] {
  const { situation, policy } = explaining;
  const target = targetOf(situation.server, episode);
  const permanent = new Set(neverEndedFor(episode.backend, situation.ownRole));
  const { asked, leash } = beforeOwnRecord(episode, explaining);
  const spent = spentOf({ leash, situation, policy });
  return policy.rules.map((rule) => {
    const one: Case = { ...explaining, leash, spent, episode, target, rule, planned: [] };
    const matches = rule.matches(target);
    const spares = matches ? asked.flatMap((guard) => spareOf(guard, one, permanent)) : [];
    return {
      rule,
      matches,
      matchers: rule.matchers.map((matcher) => ({ text: matcher.text, matches: matcher.matches(target) })),
      spares: spares.toSorted((a, b) => Number(b.isPermanent) - Number(a.isPermanent)),
    };
  });
}

function spareOf(
  { reason, why: ask }: Guard,
  one: Case,
  permanent: ReadonlySet<SpareReason>,
): readonly ExplainedSpare[] {
  const why = ask(one);
  return why === null ? [] : [{ reason, why, isPermanent: permanent.has(reason) }];
}

/** The record uses up budget, and the notice was over when it was made. */
const followFromRecord: ReadonlySet<SpareReason> = new Set(["acted_before", "announced"]);

/** The leash, and whom to ask, as if a dry run had not recorded this very episode. */
function beforeOwnRecord(
  episode: SessionEpisode,
  { situation, leash }: Explaining,
): { readonly asked: readonly Guard[]; readonly leash: Leash } {
  const key = keyOfEpisode(episode);
  const isRecorded = modeOf(situation) === "dry_run" && leash.acted.get(key)?.mode === "dry_run";
  if (!isRecorded) return { asked: guards, leash };
  const { ledger } = leash;
  const entries = ledger.entries.filter((entry) => entry.episode !== key || entry.mode !== "dry_run");
  return {
    asked: guards.filter(({ reason }) => !followFromRecord.has(reason)),
    leash: { ...leash, ledger: { ...ledger, entries } },
  };
}
