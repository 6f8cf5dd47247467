import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { preparedPid } from "./blocking.ts";
import { findPreparedTransactions } from "./detectors/prepared-transaction.ts";
import { endOfEpisode } from "./episode-end.ts";
import type { Episode, EpisodeEvent } from "./episode.ts";
import { episodeKey, type Finding } from "./finding.ts";
import { follow } from "./follow.ts";
import type { Exhaustion } from "./forecast/exhaustion.ts";
import { horizonsOf, type Horizon } from "./horizon.ts";
import { judgeBackends, type JudgedBackends } from "./judge-backends.ts";
import { judgePools, type JudgedPools } from "./judge-pools.ts";
import { forgotten, keptSight, type Memory } from "./memory.ts";
import type { DeclaredPool, PoolUse } from "./pool.ts";
import { isUnderPressure, pressureOf, slotScopes, type ScopesSeen } from "./slot-scope.ts";
import { addEvents } from "./tally.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** One look: what it read, and the evidence beside it. */
export type Look = {
  readonly snapshot: Snapshot;
  /** `null` when none was asked for at this look, or when the server gave none. */
  readonly evidence: Evidence | null;
  readonly askedForEvidence: boolean;
};

/** How a look is judged. */
export type ClassifyOptions = {
  readonly thresholds: ThresholdRules;
  readonly pools: readonly DeclaredPool[];
  /** Connection slots that an ordinary role can take. */
  readonly usableSlots: number;
  /** Looks further apart than this cannot vouch for what happened in between. */
  readonly gapSeconds: number;
  /** Whether a look that none before it vouches for takes a wait to be as old as its statement. A single look must. */
  readonly believesRows: boolean;
};

/** What one look comes to: each suspect once, what happened to episodes, what is scarce, and what to remember. */
export type Verdict = {
  readonly suspects: readonly Episode[];
  readonly events: readonly EpisodeEvent[];
  /** The declared pools, in the order of their declaration. */
  readonly pools: readonly PoolUse[];
  /** Where slots will run out, if sessions go on leaking as they do. */
  readonly exhaustions: readonly Exhaustion[];
  /** Who holds back vacuum, the oldest first. */
  readonly horizons: readonly Horizon[];
  /** The evidence that holds at this look, be it of an earlier one. */
  readonly evidence: Evidence | null;
  readonly memory: Memory;
};

/** Judges one look in the light of those before it. Pure. */
export function classify(look: Look, memory: Memory, options: ClassifyOptions): Verdict {
  const { snapshot } = look;
  const { takenAtSeconds, postmasterStart, standby } = snapshot;
  const hasKeptSight = keptSight(snapshot, memory, options.gapSeconds);
  const before = hasKeptSight ? memory : forgotten(memory, snapshot);
  const { backends, pools, findings, slots, evidence, pressure } = judge(look, before, options);
  const { episodes, events } = follow({
    nowSeconds: takenAtSeconds,
    findings,
    episodes: before.episodes,
    endOf: endOfEpisode({
      snapshot,
      sightings: backends.sightings,
      evidence,
      overgrownPools: pools.overgrown,
      keptSight: hasKeptSight,
    }),
  });
  const opening = findings.filter(({ opens }) => opens);
  return {
    suspects: opening.flatMap((finding) => episodes.get(episodeKey(finding)) ?? []),
    events,
    pools: pools.uses,
    exhaustions: slots.exhaustions,
    horizons: horizonsOf(snapshot, evidence),
    evidence,
    memory: {
      ...backends.remembered,
      lastLook: { takenAtSeconds, postmasterStart, standby, pressure },
      evidence,
      looksSinceEvidence: look.askedForEvidence ? 0 : before.looksSinceEvidence + 1,
      pools: pools.remembered,
      slots: slots.series,
      episodes,
      tally: addEvents(before.tally, events),
    },
  };
}

type Judged = {
  readonly backends: JudgedBackends;
  readonly pools: JudgedPools;
  readonly findings: readonly Finding[];
  readonly slots: ScopesSeen;
  readonly evidence: Evidence | null;
  readonly pressure: number;
};

/** What this look finds, before it is known which of it goes on. */
function judge({ snapshot, evidence: fresh }: Look, before: Memory, options: ClassifyOptions): Judged {
  const { thresholds, usableSlots, believesRows } = options;
  const evidence = fresh ?? stillHolding(before.evidence, snapshot, options.gapSeconds);
  const pressure = pressureOf(snapshot, usableSlots);
  const backends = judgeBackends(snapshot, before, {
    fresh,
    evidence,
    thresholds,
    believesRows,
    isUnderPressure: isUnderPressure(pressure),
  });
  const pools = judgePools(snapshot, {
    declared: options.pools,
    rules: thresholds,
    before: before.pools,
    backendFindings: backends.findings,
    attributions: backends.remembered.attributions,
  });
  const prepared = findPreparedTransactions(evidence, {
    nowSeconds: snapshot.takenAtSeconds,
    rules: thresholds,
    blockedSessions: backends.blocked.get(preparedPid) ?? 0,
  });
  return {
    backends,
    pools,
    findings: [...backends.findings, ...prepared, ...pools.findings],
    slots: slotScopes(snapshot, evidence, { usableSlots, before: before.slots, isLeaking: pools.isLeaking }),
    evidence,
    pressure,
  };
}

/** Evidence that could not be renewed for long is none: what it saw may have ended since. */
function stillHolding(
  evidence: Evidence | null,
  { takenAtSeconds }: Snapshot,
  gapSeconds: number,
): Evidence | null {
  const isTooOld =
    evidence !== null && takenAtSeconds - evidence.takenAtSeconds > GAPS_OF_EVIDENCE * gapSeconds;
  return isTooOld ? null : evidence;
}

/** The rhythm of the evidence is three looks, and a gap is no shorter than one. */
const GAPS_OF_EVIDENCE = 6;
