import type { Backend } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import type { Episode, Severity } from "./episode.ts";
import { judgeMarker, type Expectation, type MarkerResult } from "./expectation.ts";
import { checkKinds } from "./kind-check.ts";
import type { BackendKind } from "./kind.ts";
import type { Sighting } from "./sighting.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** A session that is no suspect for one reason alone: it is expected to take so long. */
export type ExpectedSession = {
  readonly backend: Backend;
  /** What it would be named. */
  readonly kind: BackendKind;
  readonly severity: Severity;
  readonly ageSeconds: number;
  readonly expectation: Expectation;
};

/** The sessions of one look that are expected, and how many markers came to what. Bounded by the candidates of the look. */
export type ExpectedSeen = {
  readonly sessions: readonly ExpectedSession[];
  readonly markers: Readonly<Record<MarkerResult, number>>;
};

/** Nobody is expected, and nobody says so. */
export const nobodyExpected: ExpectedSeen = {
  sessions: [],
  markers: { held: 0, capped: 0, over: 0, malformed: 0, repeated: 0, not_allowed: 0 },
};

/** Who is expected at a look. Where nothing is configured, nothing is read. Pure. */
export function seenExpected(sightings: readonly Sighting[], rules: ThresholdRules): ExpectedSeen {
  if (rules.expected.length === 0 && rules.markers.length === 0) return nobodyExpected;
  return {
    sessions: sightings.flatMap((sighting) => expectedSession(sighting, rules)),
    markers: markerCounts(sightings, rules),
  };
}

/** Who is a suspect of any kind all the same is none of them. */
function expectedSession(sighting: Sighting, rules: ThresholdRules): readonly ExpectedSession[] {
  const checks = checkKinds(sighting, rules);
  if (checks.some(({ severity }) => severity !== null)) return [];
  for (const { kind, unexpectedSeverity: severity, ageSeconds, expectation } of checks)
    if (severity !== null && ageSeconds !== null && expectation !== null)
      return [{ backend: sighting.backend, kind, severity, ageSeconds, expectation }];
  return [];
}

/**
 * What is expected of the session of an open episode that no detector names at this look; `null` where nothing is, or nobody
 * can know. Pure.
 */
export function expectationsOf(
  sightings: readonly Sighting[],
  rules: ThresholdRules,
): (episode: Episode) => Expectation | null {
  if (rules.expected.length === 0 && rules.markers.length === 0) return () => null;
  const seen = new Map(sightings.map((sighting) => [backendKey(sighting.backend.id), sighting]));
  return (episode) => {
    const sighting = "backend" in episode ? seen.get(backendKey(episode.backend.id)) : undefined;
    if (sighting === undefined) return null;
    return checkKinds(sighting, rules).find(({ kind }) => kind === episode.kind)?.expectation ?? null;
  };
}

function markerCounts(sightings: readonly Sighting[], { markers }: ThresholdRules): ExpectedSeen["markers"] {
  const results = sightings.flatMap(
    ({ backend, clockJumps }) => judgeMarker(backend, clockJumps, markers)?.result ?? [],
  );
  const countOf = (result: MarkerResult): number => results.filter((one) => one === result).length;
  return {
    held: countOf("held"),
    capped: countOf("capped"),
    over: countOf("over"),
    malformed: countOf("malformed"),
    repeated: countOf("repeated"),
    not_allowed: countOf("not_allowed"),
  };
}
