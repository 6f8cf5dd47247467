import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import { endOfPrepared } from "./detectors/prepared-transaction.ts";
import { detectors } from "./detectors/index.ts";
import type { Episode, EpisodeEnd } from "./episode.ts";
import type { Sighting } from "./sighting.ts";

/** What this look knows of those that earlier looks named. */
export type Present = {
  readonly snapshot: Snapshot;
  readonly sightings: readonly Sighting[];
  readonly evidence: Evidence | null;
  /** Keys of the pools that are still overgrown. */
  readonly overgrownPools: ReadonlySet<string>;
  /** Keys of the pools that a reload of the configuration did away with. */
  readonly reassignedPools: ReadonlySet<string>;
  /** False when this look cannot vouch for what happened since the last one. */
  readonly keptSight: boolean;
  /** Keys of the backends that pgleash ended itself, and saw gone. */
  readonly terminatedBackends: ReadonlySet<string>;
};

/** An episode ends with its period, not with its verdict: while a lock or another kind hides it, it stays open. */
export function endOfEpisode(present: Present): (episode: Episode) => EpisodeEnd | null {
  const sightings = new Map(present.sightings.map((sighting) => [backendKey(sighting.backend.id), sighting]));
  return (episode) => {
    if (isTerminated(episode, sightings, present.terminatedBackends)) return "terminated";
    if (!present.keptSight) return "lost_sight";
    if ("prepared" in episode) return endOfPrepared(episode.prepared, present.evidence);
    if ("pool" in episode) {
      if (present.overgrownPools.has(episode.pool.key)) return null;
      if (present.reassignedPools.has(episode.pool.key)) return "lost_sight";
      const { hiddenSessions, groupsFolded } = present.snapshot.coverage;
      return hiddenSessions > 0 || groupsFolded > 0 ? "lost_sight" : "returned";
    }
    return endOfBackend(episode, sightings.get(backendKey(episode.backend.id)), present.snapshot);
  };
}

/** What was seen gone by whoever ended it needs no look to vouch for it; who is there all the same was not ended. */
function isTerminated(
  episode: Episode,
  sightings: ReadonlyMap<string, Sighting>,
  terminated: ReadonlySet<string>,
): boolean {
  if (!("backend" in episode)) return false;
  const key = backendKey(episode.backend.id);
  return terminated.has(key) && !sightings.has(key);
}

function endOfBackend(
  { kind, period }: Episode,
  sighting: Sighting | undefined,
  { coverage }: Snapshot,
): EpisodeEnd | null {
  const detector = detectors.find((one) => one.kind === kind);
  if (detector === undefined) return "lost_sight";
  if (!coverage.sights.includes(detector.sight)) return null;
  if (sighting === undefined) return coverage.hiddenSessions > 0 ? "lost_sight" : "vanished";
  return detector.period(sighting) === period ? null : "returned";
}
