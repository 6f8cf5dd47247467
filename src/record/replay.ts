import { classify, type Verdict } from "../classify/classify.ts";
import { emptyMemory, type Memory } from "../classify/memory.ts";
import type { DeclaredPool } from "../classify/pools/pool.ts";
import type { ThresholdRules } from "../classify/thresholds.ts";
import { decide } from "../decide/decide.ts";
import { emptyLeash, type Leash } from "../decide/leash.ts";
import type { Plan } from "../decide/plan.ts";
import type { Floors, Policy } from "../decide/policy.ts";
import type { Permits } from "../decide/situation.ts";
import { terminatedEpisodes } from "../decide/terminated-episodes.ts";
import { situationOf } from "../situate.ts";
import type { RecordedLook } from "./recorded-look.ts";

/** What recorded looks at one server are judged and decided by. */
export type ReplayRules = {
  readonly thresholds: ThresholdRules;
  readonly pools: readonly DeclaredPool[];
  readonly commentKeys: readonly string[];
  readonly policy: Policy;
  readonly floors: Floors;
};

/** What a replay remembers of one server between looks. */
export type ReplayMemory = { readonly memory: Memory; readonly leash: Leash };

export const firstReplayMemory: ReplayMemory = { memory: emptyMemory(), leash: emptyLeash };

/** A dry run that nothing else holds back. */
export const dryRun: Permits = {
  isEnforcing: false,
  pause: null,
  hasLease: false,
  leaseRefusal: null,
  isPooled: false,
  canSignal: true,
  isAuditWorking: true,
  auditProblem: null,
};

export type Replayed = {
  /** What was remembered before the look: less than was handed in where it is the first of a process. */
  readonly before: ReplayMemory;
  readonly verdict: Verdict;
  readonly plan: Plan;
  readonly after: ReplayMemory;
};

/**
 * One recorded look, judged and decided as the cycle does it. Nobody is ended: whoever the plan names is there at the next
 * look as well, if the recording says so. Pure.
 */
export function replayLook(
  recorded: RecordedLook,
  remembered: ReplayMemory,
  { rules, permits = dryRun }: { readonly rules: ReplayRules; readonly permits?: Permits },
): Replayed {
  const before = recorded.sinceLastLookSeconds === null ? restarted(remembered) : remembered;
  const terminated = terminatedEpisodes(before.leash);
  const judging = { ...rules, ...recorded, believesRows: false, terminated };
  const verdict = classify(recorded.look, before.memory, judging);
  const { server } = recorded;
  const situation = situationOf(recorded, { before: before.memory, verdict }, { server, permits });
  const { plan, leash } = decide(situation, before.leash, rules);
  return { before, verdict, plan, after: { memory: verdict.memory, leash } };
}

/** A process that starts knows what it did from the audit, and nothing else. */
function restarted({ leash }: ReplayMemory): ReplayMemory {
  return { memory: emptyMemory(), leash: { ...leash, announcements: new Map() } };
}
