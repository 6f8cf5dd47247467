import type { BackendId, Snapshot } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import type { Detector } from "./detector.ts";
import { detectors } from "./detectors/index.ts";
import type { Episode, EpisodeEnd, EpisodeEvent, Severity } from "./episode.ts";
import type { LeakKind } from "./kind.ts";
import type { Sighting } from "./sighting.ts";

/** A detector names a backend: in which period, for how long, how badly. */
export type Finding = {
  readonly sighting: Sighting;
  readonly detector: Detector;
  readonly period: string;
  readonly ageSeconds: number;
  readonly severity: Severity;
};

type Look = {
  readonly snapshot: Snapshot;
  readonly sightings: readonly Sighting[];
  readonly findings: readonly Finding[];
  /** The first finding of each backend: only these open an episode, or one leak would count as two. */
  readonly named: readonly Finding[];
  readonly episodes: ReadonlyMap<string, Episode>;
  /** False when this look cannot vouch for what happened since the last one. */
  readonly keptSight: boolean;
};

type Followed = { readonly episodes: ReadonlyMap<string, Episode>; readonly events: readonly EpisodeEvent[] };

/** The key of an episode: one backend, one kind, one very period. */
export function episodeKey(kind: LeakKind, id: BackendId, period: string): string {
  return `${kind}/${backendKey(id)}/${period}`;
}

/** Carries the open episodes over one look: ends what is over, goes on with what lasts, opens what is new. */
export function follow(look: Look): Followed {
  const named = new Set(look.named);
  const sightings = new Map(look.sightings.map((sighting) => [backendKey(sighting.backend.id), sighting]));
  const episodes = new Map<string, Episode>();
  const events: EpisodeEvent[] = [];

  for (const [key, episode] of look.episodes) {
    const end = endOf(episode, sightings.get(backendKey(episode.backend.id)), look);
    if (end === null) episodes.set(key, episode);
    else events.push({ type: "ended", episode, end });
  }
  for (const finding of look.findings) {
    const key = keyOf(finding);
    const before = episodes.get(key);
    if (before === undefined && !named.has(finding)) continue;
    const episode = advance(before, finding, look.snapshot.takenAtSeconds);
    episodes.set(key, episode);
    if (before === undefined) events.push({ type: "suspected", episode });
    if (episode.severity === "leaked" && before?.severity !== "leaked")
      events.push({ type: "leaked", episode });
  }
  return { episodes, events };
}

/** An episode ends with its period, not with its verdict: while a lock or another kind hides it, it stays open. */
function endOf(episode: Episode, sighting: Sighting | undefined, look: Look): EpisodeEnd | null {
  const { sights, hiddenSessions } = look.snapshot.coverage;
  const detector = detectors.find(({ kind }) => kind === episode.kind);
  if (!look.keptSight || detector === undefined) return "lost_sight";
  if (!sights.includes(detector.sight)) return null;
  if (sighting === undefined) return hiddenSessions > 0 ? "lost_sight" : "vanished";
  return detector.period(sighting) === episode.period ? null : "returned";
}

function advance(before: Episode | undefined, finding: Finding, nowSeconds: number): Episode {
  return {
    kind: finding.detector.kind,
    backend: finding.sighting.backend,
    period: finding.period,
    // A leak stays a leak, even when a reload raises the threshold above its age.
    severity: before?.severity === "leaked" ? "leaked" : finding.severity,
    ageSeconds: finding.ageSeconds,
    sightings: (before?.sightings ?? 0) + 1,
    firstSeenSeconds: before?.firstSeenSeconds ?? nowSeconds,
  };
}

function keyOf({ detector, sighting, period }: Finding): string {
  return episodeKey(detector.kind, sighting.backend.id, period);
}
