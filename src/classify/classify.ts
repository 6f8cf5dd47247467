import type { Snapshot } from "../observe/snapshot.ts";
import { clientWaits } from "./client-wait.ts";
import { detectors } from "./detectors/index.ts";
import type { EpisodeEvent, Severity } from "./episode.ts";
import { excuses } from "./excuse.ts";
import { episodeKey, follow, type Finding } from "./follow.ts";
import type { Memory } from "./memory.ts";
import { sightings, type Sighting } from "./sighting.ts";
import type { Suspect } from "./suspect.ts";
import { addEvents } from "./tally.ts";
import { thresholdFor, type ThresholdRules } from "./thresholds.ts";

/** How a snapshot is judged. */
export type ClassifyOptions = {
  readonly thresholds: ThresholdRules;
  /** Looks further apart than this cannot vouch for what happened in between. */
  readonly gapSeconds: number;
  /** Whether a look that none before it vouches for takes a wait to be as old as its statement. A single look must. */
  readonly believesRows: boolean;
};

/** What one look comes to: each suspect backend once, what happened to episodes, and what to remember. */
export type Verdict = {
  readonly suspects: readonly Suspect[];
  readonly events: readonly EpisodeEvent[];
  readonly memory: Memory;
};

/** Judges one snapshot in the light of the looks before it. Pure. */
export function classify(snapshot: Snapshot, memory: Memory, options: ClassifyOptions): Verdict {
  const keptSight = hasKeptSight(snapshot, memory, options.gapSeconds);
  const takenAtSeconds = keptSight ? (memory.lastLook?.takenAtSeconds ?? null) : null;
  const { believesRows } = options;
  const waits = clientWaits(snapshot, {
    waits: keptSight ? memory.waits : new Map(),
    takenAtSeconds,
    believesRows,
  });
  const excused = excuses(snapshot, memory.excuses);
  const seen = sightings(snapshot, waits, excused);
  const findings = seen.flatMap((sighting) => findingsOf(sighting, options.thresholds));
  const named = firstOfEachBackend(findings);
  const { episodes, events } = follow({
    snapshot,
    sightings: seen,
    findings,
    named,
    episodes: memory.episodes,
    keptSight,
  });

  const lastLook = {
    takenAtSeconds: snapshot.takenAtSeconds,
    postmasterStart: snapshot.postmasterStart,
    standby: snapshot.standby,
  };
  return {
    suspects: named.flatMap((finding) => toSuspect(finding, episodes)),
    events,
    memory: { lastLook, waits, excuses: excused, episodes, tally: addEvents(memory.tally, events) },
  };
}

/** A restart, another server at the address, a new role, a clock that jumped, a gap: what was followed is out of sight. */
function hasKeptSight(snapshot: Snapshot, { lastLook }: Memory, gapSeconds: number): boolean {
  if (lastLook === null) return true;
  const isSameServer =
    lastLook.postmasterStart === snapshot.postmasterStart && lastLook.standby === snapshot.standby;
  return isSameServer && Math.abs(snapshot.takenAtSeconds - lastLook.takenAtSeconds) <= gapSeconds;
}

/** Every kind that fits, in the order of precedence. The first names the backend. */
function findingsOf(sighting: Sighting, rules: ThresholdRules): readonly Finding[] {
  return detectors.flatMap((detector) => {
    const threshold = thresholdFor(rules, sighting.backend, detector.kind);
    const period = detector.period(sighting);
    const ageSeconds = detector.ageSeconds(sighting, threshold);
    const isNamed = threshold.enabled && ageSeconds !== null && ageSeconds >= threshold.suspectAfterSeconds;
    if (period === null || !isNamed) return [];
    const severity: Severity = ageSeconds >= threshold.leakedAfterSeconds ? "leaked" : "suspect";
    return [{ sighting, detector, period, ageSeconds, severity }];
  });
}

function firstOfEachBackend(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<Sighting>();
  return findings.filter(({ sighting }) => !seen.has(sighting) && seen.add(sighting));
}

function toSuspect(
  { sighting, detector, period }: Finding,
  episodes: Memory["episodes"],
): readonly Suspect[] {
  const episode = episodes.get(episodeKey(detector.kind, sighting.backend.id, period));
  return episode === undefined ? [] : [{ ...episode, certainty: detector.certainty }];
}
