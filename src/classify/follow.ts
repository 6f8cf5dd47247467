import { certainties } from "./certainty.ts";
import type { Episode, EpisodeEnd, EpisodeEvent } from "./episode.ts";
import type { Expectation } from "./expectation.ts";
import { episodeKey, type Finding } from "./finding.ts";

type Look = {
  readonly nowSeconds: number;
  /** Rules count sightings, and mean looks by plan: those out of turn may come one right after the other. */
  readonly countsAsSighting: boolean;
  readonly findings: readonly Finding[];
  readonly episodes: ReadonlyMap<string, Episode>;
  /** How an open episode has ended by this look; `null` while it has not, or while nobody can know. */
  endOf(episode: Episode): EpisodeEnd | null;
  /** What is expected of the session of an open episode that is not named. */
  expectationOf(episode: Episode): Expectation | null;
};

type Followed = { readonly episodes: ReadonlyMap<string, Episode>; readonly events: readonly EpisodeEvent[] };

/** Carries the open episodes over one look: ends what is over, goes on with what lasts, opens what is new. */
export function follow(look: Look): Followed {
  const episodes = new Map<string, Episode>();
  const events: EpisodeEvent[] = [];
  const named = new Set(look.findings.map(episodeKey));

  for (const [key, episode] of look.episodes) {
    const end = look.endOf(episode);
    if (end === null) episodes.set(key, named.has(key) ? episode : unnamed(episode, look));
    else events.push({ type: "ended", episode, end });
  }
  for (const finding of look.findings) {
    const key = episodeKey(finding);
    const before = episodes.get(key);
    if (before === undefined && !finding.opens) continue;
    const episode = advance(before, finding, look);
    episodes.set(key, episode);
    if (before === undefined) events.push({ type: "suspected", episode });
    if (episode.severity === "leaked" && before?.severity !== "leaked")
      events.push({ type: "leaked", episode });
  }
  return { episodes, events };
}

/** That it was expected stays with it until it is named, also while something else hides it. */
function unnamed(episode: Episode, { expectationOf }: Pick<Look, "expectationOf">): Episode {
  const expectation = expectationOf(episode);
  return expectation === null ? episode : { ...episode, expectation };
}

/**
 * What was seen of it while it was expected to take long does not count against it: once that is over, it is followed anew.
 *
 * A session's episode names all its fields: in V8 an object made by spreading others costs ten times as much, and in an
 * incident there are hundreds at each look.
 */
function advance(
  before: Episode | undefined,
  { subject, findings, period }: Finding,
  { nowSeconds, countsAsSighting }: Pick<Look, "nowSeconds" | "countsAsSighting">,
): Episode {
  const {
    severity: severityNow,
    ageSeconds,
    harm,
    commentKeys,
    hasCurrentKeys,
    redactedStatement,
    expectation,
    mayDeclare,
  } = findings;
  const certainty = certainties[subject.kind];
  // A leak stays a leak to people and counters, even when a reload raises the threshold above its age. Who ends sessions
  // asks for the severity of now.
  const severity = before?.severity === "leaked" ? "leaked" : severityNow;
  const isAnew = before === undefined || (before.expectation !== null && expectation === null);
  const sightings = (isAnew ? 0 : before.sightings) + Number(countsAsSighting);
  const firstSeenSeconds = isAnew ? nowSeconds : before.firstSeenSeconds;
  const followed = { certainty, period, severity, severityNow, sightings, firstSeenSeconds };
  if (!("backend" in subject)) return { ...subject, ...findings, ...followed };
  const { kind, backend } = subject;
  return {
    kind,
    backend,
    severity,
    ageSeconds,
    harm,
    commentKeys,
    hasCurrentKeys,
    redactedStatement,
    expectation,
    mayDeclare,
    certainty,
    period,
    severityNow,
    sightings,
    firstSeenSeconds,
  };
}
