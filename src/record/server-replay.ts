import type { Episode } from "../classify/episode.ts";
import { budget } from "../decide/guards/budget.ts";
import type { Plan } from "../decide/plan.ts";
import type { SpareReason } from "../decide/reason.ts";
import type { RecordedLook } from "./recorded-look.ts";
import { firstReplayMemory, replayLook, type ReplayMemory, type ReplayRules } from "./replay.ts";
import { unrecorded, type Unrecorded } from "./unrecorded.ts";
import { actsIn, type WouldAct } from "./would-act.ts";

/** By its reason, how often. */
type Counts = ReadonlyMap<SpareReason, number>;

/** What the looks at one server come to under one policy, so far. */
export type ServerReplay = {
  readonly remembered: ReplayMemory;
  readonly looks: number;
  /** Times of the first and the last look. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly suspected: number;
  readonly leaked: number;
  readonly announced: number;
  readonly withdrawn: number;
  /** The first `MOST_ACTS` of them; all are counted. */
  readonly acts: readonly WouldAct[];
  readonly actsByRule: ReadonlyMap<string, number>;
  /** Each suspect once for each reason. */
  readonly spared: Counts;
  /** Looks at which the budget held somebody back. */
  readonly overBudget: number;
  readonly overBudgetBy: Counts;
  readonly unrecorded: ReadonlySet<Unrecorded>;
  /** Looks at which enforcing would have been impossible: behind a pooler, and without the privilege to signal. */
  readonly pooledLooks: number;
  readonly unprivilegedLooks: number;
  /** The reasons that each open episode was counted for. */
  readonly told: ReadonlyMap<string, ReadonlySet<SpareReason>>;
};

/** A policy that ends more would end everybody. */
export const MOST_ACTS = 10_000;

/** Before the first look. */
export const firstServerReplay: ServerReplay = {
  remembered: firstReplayMemory,
  looks: 0,
  fromSeconds: Infinity,
  toSeconds: -Infinity,
  suspected: 0,
  leaked: 0,
  announced: 0,
  withdrawn: 0,
  acts: [],
  actsByRule: new Map(),
  spared: new Map(),
  overBudget: 0,
  overBudgetBy: new Map(),
  unrecorded: new Set(),
  pooledLooks: 0,
  unprivilegedLooks: 0,
  told: new Map(),
};

/** Replays one more look, and adds what it comes to. Pure. */
export function replayed(before: ServerReplay, look: RecordedLook, rules: ReplayRules): ServerReplay {
  const { before: known, verdict, plan, after } = replayLook(look, before.remembered, { rules });
  const { takenAtSeconds } = look.look.snapshot;
  const events = (type: "suspected" | "leaked"): number =>
    verdict.events.filter((event) => event.type === type).length;
  const notices = (type: "announced" | "withdrawn"): number =>
    plan.notices.filter((notice) => notice.type === type).length;
  return {
    remembered: after,
    looks: before.looks + 1,
    fromSeconds: Math.min(before.fromSeconds, takenAtSeconds),
    toSeconds: Math.max(before.toSeconds, takenAtSeconds),
    suspected: before.suspected + events("suspected"),
    leaked: before.leaked + events("leaked"),
    announced: before.announced + notices("announced"),
    withdrawn: before.withdrawn + notices("withdrawn"),
    ...withActs(before, actsIn(plan, look)),
    ...withSpared(before, plan, after.memory.episodes),
    ...withBudget(before, plan),
    unrecorded: new Set([...before.unrecorded, ...unrecorded(look, rules, known.memory.lastLook)]),
    pooledLooks: before.pooledLooks + (look.isPooled ? 1 : 0),
    unprivilegedLooks: before.unprivilegedLooks + (look.canSignal ? 0 : 1),
  };
}

function withActs(
  { acts, actsByRule }: ServerReplay,
  more: readonly WouldAct[],
): Pick<ServerReplay, "acts" | "actsByRule"> {
  if (more.length === 0) return { acts, actsByRule };
  const byRule = new Map(actsByRule);
  for (const { rule } of more) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  return { acts: [...acts, ...more].slice(0, MOST_ACTS), actsByRule: byRule };
}

/**
 * Whoever would have been ended is still there in the recording: that they were acted on before says nothing new. Nor does it
 * that a look came out of turn: no policy changes that.
 */
const ownReasons: ReadonlySet<SpareReason> = new Set(["dry_run", "acted_before", "out_of_turn"]);

function withSpared(
  before: ServerReplay,
  { decisions }: Plan,
  open: ReadonlyMap<string, Episode>,
): Pick<ServerReplay, "spared" | "told"> {
  const reasonOf = new Map<Episode, SpareReason>();
  for (const one of decisions) if (one.type === "spare") reasonOf.set(one.episode, one.reason);
  const spared = new Map(before.spared);
  const told = new Map<string, ReadonlySet<SpareReason>>();
  for (const [key, episode] of open) {
    const known = before.told.get(key) ?? new Set();
    const reason = reasonOf.get(episode);
    const isNew = reason !== undefined && !ownReasons.has(reason) && !known.has(reason);
    if (isNew) spared.set(reason, (spared.get(reason) ?? 0) + 1);
    told.set(key, isNew ? new Set([...known, reason]) : known);
  }
  return { spared, told };
}

const budgetReasons: ReadonlySet<SpareReason> = new Set(budget.map(({ reason }) => reason));

function withBudget(
  { overBudget, overBudgetBy }: ServerReplay,
  { decisions }: Plan,
): Pick<ServerReplay, "overBudget" | "overBudgetBy"> {
  const reasons = decisions.flatMap((one) => (one.type === "spare" ? [one.reason] : []));
  const exhausted = new Set(reasons.filter((reason) => budgetReasons.has(reason)));
  if (exhausted.size === 0) return { overBudget, overBudgetBy };
  const by = new Map(overBudgetBy);
  for (const reason of exhausted) by.set(reason, (by.get(reason) ?? 0) + 1);
  return { overBudget: overBudget + 1, overBudgetBy: by };
}
