import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import { preparedPid } from "./evidence/blocking.ts";
import { findPreparedTransactions } from "./detectors/prepared-transaction.ts";
import { evidenceAt } from "./evidence/evidence-at.ts";
import { hasExpired } from "./evidence/evidence-expiry.ts";
import { clockJump, jumpsAgo } from "./clock-jump.ts";
import { endOfEpisode } from "./episode-end.ts";
import type { Episode, EpisodeEvent } from "./episode.ts";
import { expectationsOf, type ExpectedSeen } from "./expected-sessions.ts";
import { episodeKey, type Finding } from "./finding.ts";
import { follow } from "./follow.ts";
import type { Exhaustion } from "./forecast/exhaustion.ts";
import { horizonsOf, type Horizon } from "./evidence/horizon.ts";
import { judgeBackends, type JudgedBackends } from "./judge-backends.ts";
import { judgePools, type JudgedPools } from "./pools/judge-pools.ts";
import { freshEvidence, type Look } from "./look.ts";
import { forgotten, keptSight, type Memory } from "./memory.ts";
import { onClock } from "./on-clock.ts";
import { apartFromPools } from "./pools/pool-rest.ts";
import type { DeclaredPool, PoolUse } from "./pools/pool.ts";
import {
  isUnderPressure,
  pressureOf,
  slotScopes,
  usedSlots,
  type OwnSession,
  type ScopesSeen,
} from "./pools/slot-scope.ts";
import type { Sighting } from "./sighting.ts";
import { addEvents } from "./tally.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** How a look is judged. */
export type ClassifyOptions = {
  readonly thresholds: ThresholdRules;
  readonly pools: readonly DeclaredPool[];
  /** Keys of statement comments that the configuration names: they are read beside the known ones. */
  readonly commentKeys: readonly string[];
  /** Connection slots that an ordinary role can take. */
  readonly usableSlots: number;
  readonly ownSession: OwnSession;
  /** Looks further apart than this cannot vouch for what happened in between. */
  readonly gapSeconds: number;
  /** By our own clock; `null` for the first of a process. */
  readonly sinceLastLookSeconds: number | null;
  /** Between two looks by plan: what it sees is judged, and counts as no sighting. */
  readonly isOutOfTurn: boolean;
  /** Whether a look that none before it vouches for takes a wait to be as old as its statement. A single look must. */
  readonly believesRows: boolean;
  /** Episodes whose session pgleash ended itself, and saw gone: by `keyOfEpisode`. */
  readonly terminated: ReadonlySet<string>;
};

/** What one look comes to: each suspect once, what happened to episodes, what is scarce, and what to remember. */
export type Verdict = {
  readonly suspects: readonly Episode[];
  /** All sessions that were read one by one, suspects or not: of the others nobody knows more than their number. */
  readonly sightings: readonly Sighting[];
  /** Who would be a suspect, and is expected to take so long; and what became of the markers of all that were read. */
  readonly expected: ExpectedSeen;
  readonly events: readonly EpisodeEvent[];
  /** The declared pools, in the order of their declaration. */
  readonly pools: readonly PoolUse[];
  /** Connection slots that an ordinary role can take, and how many are taken: reserved ones may be, too. */
  readonly slots: { readonly used: number; readonly limit: number };
  /** Where slots will run out, if sessions go on leaking as they do. */
  readonly exhaustions: readonly Exhaustion[];
  /** Who holds back vacuum, the oldest first; the holder of the catalogs alone comes last. */
  readonly horizons: readonly Horizon[];
  /** Sessions that wait for some prepared transaction, directly or behind others: PostgreSQL does not say for which. */
  readonly preparedBlockedSessions: number;
  /** The evidence that holds at this look, be it of an earlier one, as it was read. */
  readonly evidence: Evidence | null;
  readonly memory: Memory;
};

/** Judges one look in the light of those before it. Pure. */
export function classify(look: Look, memory: Memory, options: ClassifyOptions): Verdict {
  const { snapshot } = look;
  const { takenAtSeconds, postmasterStart, standby } = snapshot;
  const hasKeptSight = keptSight(snapshot, memory, options.gapSeconds);
  const before = onClock(hasKeptSight ? memory : forgotten(memory, snapshot), {
    nowSeconds: takenAtSeconds,
    aheadSeconds: aheadSince(memory, takenAtSeconds, options),
  });
  const evidence = freshEvidence(look) ?? stillHolding(before.evidence, snapshot, options.gapSeconds);
  const aged = evidence === null ? null : evidenceAt(snapshot, evidence);
  const { backends, pools, findings, slots, preparedBlockedSessions, pressure } = judge(
    look,
    aged,
    before,
    options,
  );
  const { episodes, events } = follow({
    nowSeconds: takenAtSeconds,
    countsAsSighting: !options.isOutOfTurn,
    findings,
    episodes: before.episodes,
    expectationOf: expectationsOf(backends.sightings, options.thresholds),
    endOf: endOfEpisode({
      snapshot,
      sightings: backends.sightings,
      evidence,
      overgrownPools: pools.overgrown,
      reassignedPools: pools.reassigned,
      keptSight: hasKeptSight,
      terminatedBackends: backendsOf(before.episodes, options.terminated),
    }),
  });
  const opening = findings.filter(({ opens }) => opens);
  return {
    suspects: opening.flatMap((finding) => episodes.get(episodeKey(finding)) ?? []),
    sightings: backends.sightings,
    expected: backends.expected,
    events,
    pools: pools.uses,
    slots: { used: usedSlots(snapshot.groups), limit: options.usableSlots },
    exhaustions: slots.exhaustions,
    horizons: horizonsOf(snapshot, aged),
    preparedBlockedSessions,
    evidence,
    memory: {
      ...backends.remembered,
      clockJumps: before.clockJumps,
      lastLook: { takenAtSeconds, postmasterStart, standby, pressure },
      evidence,
      expectedPids: backends.expected.sessions.map(({ backend }) => backend.id.pid),
      looksSinceEvidence:
        look.gathered !== null ? 0 : before.looksSinceEvidence + (options.isOutOfTurn ? 0 : 1),
      pools: pools.remembered,
      slots: slots.series,
      episodes,
      tally: addEvents(before.tally, events),
    },
  };
}

function aheadSince(
  { lastLook }: Memory,
  takenAtSeconds: number,
  { sinceLastLookSeconds }: ClassifyOptions,
): number {
  const lastTakenAtSeconds = lastLook?.takenAtSeconds ?? null;
  return clockJump({ lastTakenAtSeconds, takenAtSeconds, sinceLastLookSeconds }) ?? 0;
}

type Judged = {
  readonly backends: JudgedBackends;
  readonly pools: JudgedPools;
  readonly findings: readonly Finding[];
  readonly slots: ScopesSeen;
  readonly preparedBlockedSessions: number;
  readonly pressure: number;
};

/** What this look finds, before it is known which of it goes on. The evidence has the ages of this look. */
function judge(look: Look, evidence: Evidence | null, before: Memory, options: ClassifyOptions): Judged {
  const { snapshot } = look;
  const { thresholds, commentKeys, usableSlots, ownSession, believesRows, gapSeconds } = options;
  const pressure = pressureOf(snapshot, usableSlots);
  const backends = judgeBackends(look, before, {
    thresholds,
    commentKeys,
    believesRows,
    gapSeconds,
    isUnderPressure: isUnderPressure(pressure),
  });
  const pools = judgePools(snapshot, {
    declared: options.pools,
    rules: thresholds,
    before: before.pools,
    backendFindings: backends.findings,
    attributions: backends.remembered.attributions,
  });
  const preparedBlockedSessions = backends.blocked.get(preparedPid) ?? 0;
  const prepared = findPreparedTransactions(evidence, {
    rules: thresholds,
    blockedSessions: preparedBlockedSessions,
    clockJumps: jumpsAgo(before.clockJumps, snapshot.takenAtSeconds),
  });
  return {
    backends,
    pools,
    findings: [
      ...apartFromPools(backends.findings, pools.findings, options.pools),
      ...prepared,
      ...pools.findings,
    ],
    slots: slotScopes(snapshot, evidence, {
      usableSlots,
      ownSession,
      before: before.slots,
      leakingPools: pools.leakingPools,
    }),
    preparedBlockedSessions,
    pressure,
  };
}

/** The backends of these episodes: a session that was ended takes all its episodes with it. */
function backendsOf(episodes: Memory["episodes"], keys: ReadonlySet<string>): ReadonlySet<string> {
  const chosen = [...episodes].filter(([key]) => keys.has(key));
  return new Set(
    chosen.flatMap(([, episode]) => ("backend" in episode ? [backendKey(episode.backend.id)] : [])),
  );
}

/** Evidence that could not be renewed for long is none. */
function stillHolding(
  evidence: Evidence | null,
  { takenAtSeconds }: Snapshot,
  gapSeconds: number,
): Evidence | null {
  if (evidence === null) return null;
  return hasExpired(evidence.takenAtSeconds, takenAtSeconds, gapSeconds) ? null : evidence;
}
