import { leakKinds } from "../classify/kind.ts";
import type { LeakKind } from "../classify/kind.ts";
import { builtInThresholds } from "../classify/thresholds.ts";
import type { Threshold, Thresholds } from "../classify/thresholds.ts";
import type { ConfiguredOverride } from "./config.ts";
import { matchAll } from "./matcher.ts";
import type { FileConfig } from "./schema.ts";

type FileDetectors = FileConfig["detectors"];
type FileOverride = NonNullable<FileConfig["overrides"]>[number];

/** The thresholds of every kind, each field from the first place that gives it, else built in. */
export function fillThresholds(places: readonly FileDetectors[]): Thresholds {
  const fill = (kind: LeakKind): Threshold => fillThreshold(kind, places);
  return {
    idle_in_transaction_aborted: fill("idle_in_transaction_aborted"),
    idle_in_transaction: fill("idle_in_transaction"),
    stalled_client: fill("stalled_client"),
    stale_active: fill("stale_active"),
    long_transaction: fill("long_transaction"),
    never_used: fill("never_used"),
    idle_too_long: fill("idle_too_long"),
    prepared_transaction: fill("prepared_transaction"),
    pool_overgrown: fill("pool_overgrown"),
  };
}

/** One override of the file: only the kinds that it names, their other fields from `places`. */
export function fillOverride(override: FileOverride, places: readonly FileDetectors[]): ConfiguredOverride {
  const thresholds: Partial<Record<LeakKind, Threshold>> = {};
  for (const kind of leakKinds) {
    if (override.detectors[kind] === undefined) continue;
    thresholds[kind] = fillThreshold(kind, [override.detectors, ...places]);
  }
  const match = override.match.map((matcher) => matcher.text);
  return { match, matches: matchAll(override.match), thresholds };
}

function fillThreshold(kind: LeakKind, places: readonly FileDetectors[]): Threshold {
  const given = places.map((detectors) => detectors?.[kind]);
  const builtIn = builtInThresholds[kind];
  const firstOf = <Value>(pick: (place: (typeof given)[number]) => Value | undefined): Value | undefined =>
    given.map(pick).find((value) => value !== undefined);
  return {
    enabled: firstOf((place) => place?.enabled) ?? builtIn.enabled,
    suspectAfterSeconds: firstOf((place) => place?.suspect_after) ?? builtIn.suspectAfterSeconds,
    leakedAfterSeconds: firstOf((place) => place?.leaked_after) ?? builtIn.leakedAfterSeconds,
  };
}
