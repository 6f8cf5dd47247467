import type { Episode } from "../classify/episode.ts";
import { announcementsAfter } from "./announce.ts";
import { counted } from "./count.ts";
import type { Case } from "./guard.ts";
import { guards } from "./guards/index.ts";
import type { Leash } from "./leash.ts";
import type { Act, Decision, Plan } from "./plan.ts";
import type { Floors, Policy } from "./policy.ts";
import type { SpareReason } from "./reason.ts";
import { refreshed } from "./refresh.ts";
import { sessionsOfHolder, type Situation } from "./situation.ts";
import { spentAfter, spentOf } from "./spent.ts";
import { fromAnyClient, isMeantForStatement, targetOf } from "./target.ts";
import { byUrgency } from "./urgency.ts";

/** What may be done to whom, and how young nobody is ended whatever is written there. */
export type DecideOptions = { readonly policy: Policy; readonly floors: Floors };

/**
 * Decides about every suspect of one look, each exactly once: to end it, or to spare it for a reason. The leash that
 * comes out counts every act of the plan already: `settled` adds what became of it. Pure.
 */
export function decide(
  situation: Situation,
  before: Leash,
  { policy, floors }: DecideOptions,
): { readonly plan: Plan; readonly leash: Leash } {
  const current = refreshed(before, situation, policy);
  let spent = spentOf({ leash: current, situation, policy });
  const deciding = { policy, floors, situation, leash: current, spent, planned: [] };
  const { announcements, notices } = announcementsAfter(deciding);
  let leash: Leash = { ...current, announcements };
  let planned: readonly string[] = [];
  const decisions: Decision[] = [];
  for (const episode of byUrgency(situation.suspects)) {
    const { decision, counts } = decideOne(episode, { ...deciding, leash, spent, planned });
    decisions.push(decision);
    if (counts === null) continue;
    leash = counted(leash, counts, situation);
    spent = spentAfter(spent, counts, { leash, situation, policy });
    planned = [...planned, counts.rule.name];
  }
  return { plan: { decisions, notices }, leash };
}

/** `counts`: the act that uses up some of the budget, be it done or only recorded by a dry run. */
type CountedDecision = { readonly decision: Decision; readonly counts: Act | null };

type Stop = { readonly at: number; readonly reason: SpareReason; readonly why: string; readonly one: Case };

/** Any rule that lets the suspect through ends it: so a narrower rule ends fewer, and never others. */
function decideOne(episode: Episode, deciding: Omit<Case, "episode" | "target" | "rule">): CountedDecision {
  const target = targetOf(deciding.situation.server, episode);
  const rules = deciding.policy.rules.filter((rule) => rule.matches(target));
  const [first] = rules;
  if (first === undefined)
    return spared({ episode, rule: null, reason: "no_rule", why: "no rule matches it" });
  if (!("backend" in episode)) {
    const why = "only sessions are ended";
    return spared({ episode, rule: first, reason: "not_a_session", why });
  }
  const stops: Stop[] = [];
  for (const rule of rules) {
    const one = { ...deciding, episode, target, rule };
    const stop = firstStop(one);
    if (stop === null) return { decision: actOn(one), counts: actOn(one) };
    stops.push(stop);
  }
  const { reason, why, one } = stops.reduce((furthest, stop) => (stop.at > furthest.at ? stop : furthest));
  const { decision } = spared({ episode, rule: one.rule, reason, why });
  return { decision, counts: reason === "dry_run" ? actOn(one) : null };
}

function firstStop(one: Case): Stop | null {
  for (const [at, { reason, why: ask }] of guards.entries()) {
    const why = ask(one);
    if (why !== null) return { at, reason, why, one };
  }
  return null;
}

function spared(spare: Omit<Extract<Decision, { readonly type: "spare" }>, "type">): CountedDecision {
  return { decision: { type: "spare", ...spare }, counts: null };
}

function actOn({ episode, rule, situation, target }: Case): Act {
  const { usename, applicationName, clientAddr } = target;
  return {
    type: "act",
    action: rule.action,
    episode,
    rule,
    isOfStatement: isMeantForStatement(episode, rule, target),
    holder: { usename, applicationName, clientAddr },
    holderSessions: sessionsOfHolder(situation.groups, target),
    applicationSessions: sessionsOfHolder(situation.groups, fromAnyClient(target)),
  };
}
