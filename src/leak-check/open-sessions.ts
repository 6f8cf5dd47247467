import type { Attributions } from "../classify/attribution/remember.ts";
import { backendKey } from "../classify/backend-key.ts";
import { certainties } from "../classify/certainty.ts";
import { detectors } from "../classify/detectors/index.ts";
import type { Episode } from "../classify/episode.ts";
import { saidBy } from "../classify/find-backends.ts";
import { harmOf } from "../classify/harm.ts";
import type { BackendKind } from "../classify/kind.ts";
import type { Sighting } from "../classify/sighting.ts";

/** A session, told as the suspect that it would be if it stayed as it is. */
export type SessionSuspect = Extract<Episode, { readonly backend: unknown }>;

/** The sessions of one look, by `backendKey`. Bounded by the candidates of a look. */
export type OpenSessions = ReadonlyMap<string, SessionSuspect>;

/** What tells sessions apart. */
export type SessionsSeen = {
  /** Epoch seconds, by the server's clock. */
  readonly takenAtSeconds: number;
  readonly sightings: readonly Sighting[];
  readonly attributions: Attributions;
};

/**
 * Each of the sessions as a suspect of the first kind whose period it is in, in the order of precedence: whatever stays as it is
 * long enough is such a leak. Their sightings go on from the look before.
 */
export function openSessions(seen: SessionsSeen, before: OpenSessions): OpenSessions {
  return new Map(
    seen.sightings.flatMap((sighting) => {
      const key = backendKey(sighting.backend.id);
      const named = kindOf(sighting);
      return named === null ? [] : [[key, suspectOf(sighting, { ...named, seen, before: before.get(key) })]];
    }),
  );
}

type Named = { readonly kind: BackendKind; readonly period: string };

function kindOf(sighting: Sighting): Named | null {
  for (const detector of detectors) {
    const period = detector.period(sighting);
    if (period !== null) return { kind: detector.kind, period };
  }
  return null;
}

function suspectOf(
  { backend, blockedSessions }: Sighting,
  {
    kind,
    period,
    seen: { takenAtSeconds, attributions },
    before,
  }: Named & { readonly seen: SessionsSeen; readonly before: SessionSuspect | undefined },
): SessionSuspect {
  const known = before !== undefined && isSamePeriod(before, { kind, period }) ? before : undefined;
  return {
    kind,
    backend,
    severity: "leaked",
    severityNow: "leaked",
    certainty: certainties[kind],
    period,
    // Whatever the kind, what counts is since when nothing has happened.
    ageSeconds: backend.stateSeconds ?? 0,
    harm: harmOf(backend, blockedSessions),
    ...saidBy(backend, attributions),
    // Nobody declares expected work to a check of tests.
    expectation: null,
    mayDeclare: false,
    sightings: (known?.sightings ?? 0) + 1,
    firstSeenSeconds: known?.firstSeenSeconds ?? takenAtSeconds,
  };
}

/** Whether nothing has happened to a session in between. */
export function isSamePeriod(one: Named, other: Named): boolean {
  return one.kind === other.kind && one.period === other.period;
}
