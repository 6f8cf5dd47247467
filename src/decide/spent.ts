import { actsWithin } from "./acts-within.ts";
import { breakerPhase, type BreakerPhase } from "./breaker.ts";
import { holderSetOf, withHolder, type HolderSet } from "./holder-set.ts";
import type { Leash } from "./leash.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Act } from "./plan.ts";
import type { Policy } from "./policy.ts";
import type { Situation } from "./situation.ts";

const MINUTE = 60;
const HOUR = 3600;

/** How many acts count within a window, in all and by the name of their rule. */
type Count = { readonly acts: number; readonly ofRules: ReadonlyMap<string, number> };

/**
 * What is used up of a budget. It is counted once a look and then act by act: each suspect asks for it under each rule, and
 * a full ledger takes long to read.
 */
export type Spent = {
  readonly minute: Count;
  readonly hour: Count;
  /** How many acts count for the share of the sessions. */
  readonly shareActs: number;
  /** Whose sessions were ended just now. */
  readonly cooling: HolderSet;
  readonly breaker: BreakerPhase;
};

type Counting = {
  readonly leash: Leash;
  readonly situation: Situation;
  readonly policy: Pick<Policy, "limits" | "breaker">;
};

/** What the acts of a ledger have used up. Pure. */
export function spentOf({ leash, situation, policy }: Counting): Spent {
  const { limits } = policy;
  const within = (seconds: number): readonly LedgerEntry[] => actsWithin(seconds, { leash, situation });
  return {
    minute: countOf(within(MINUTE)),
    hour: countOf(within(HOUR)),
    shareActs: within(limits.shareWindowSeconds).length,
    cooling: holderSetOf(within(limits.coolDownSeconds).map(({ holder }) => holder)),
    breaker: breakerPhase(leash.ledger, situation, policy.breaker),
  };
}

/** The same once one more act counts, at this look and in this leash. Pure. */
export function spentAfter(spent: Spent, act: Act, { leash, situation, policy }: Counting): Spent {
  const { minute, hour, shareActs, cooling } = spent;
  const { limits } = policy;
  return {
    minute: withAct(minute, act),
    hour: withAct(hour, act),
    shareActs: shareActs + (limits.shareWindowSeconds > 0 ? 1 : 0),
    cooling: limits.coolDownSeconds > 0 ? withHolder(cooling, act.holder) : cooling,
    breaker: breakerPhase(leash.ledger, situation, policy.breaker),
  };
}

/** How many of the acts are of a rule. */
export function actsOfRule({ ofRules }: Count, rule: string): number {
  return ofRules.get(rule) ?? 0;
}

function countOf(acts: readonly LedgerEntry[]): Count {
  const ofRules = new Map<string, number>();
  for (const { rule } of acts) ofRules.set(rule, (ofRules.get(rule) ?? 0) + 1);
  return { acts: acts.length, ofRules };
}

function withAct(count: Count, { rule: { name } }: Act): Count {
  const ofRules = new Map(count.ofRules).set(name, actsOfRule(count, name) + 1);
  return { acts: count.acts + 1, ofRules };
}
