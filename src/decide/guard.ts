import type { Leash } from "./leash.ts";
import type { Floors, Policy, Rule } from "./policy.ts";
import type { SpareReason } from "./reason.ts";
import type { Situation } from "./situation.ts";
import type { Spent } from "./spent.ts";
import type { SessionEpisode, Target } from "./target.ts";

/** One suspect under one rule that matches it, and all that may be known when deciding about it. */
export type Case = {
  readonly episode: SessionEpisode;
  readonly target: Target;
  readonly rule: Rule;
  readonly policy: Policy;
  readonly floors: Floors;
  readonly situation: Situation;
  /** As it is once those before it in the plan are done. */
  readonly leash: Leash;
  /** What the acts of that leash have used up. */
  readonly spent: Spent;
  /** Acts that this plan holds already, by the name of their rule. */
  readonly planned: readonly string[];
};

/** May spare a suspect, and can do nothing else: no guard adds an act. */
export type Guard = {
  readonly reason: SpareReason;
  /** Why the suspect is spared, in words that say what would have to change; `null` lets it pass. Pure. */
  readonly why: (one: Case) => string | null;
};
