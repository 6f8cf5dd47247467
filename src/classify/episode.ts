import type { Backend } from "../observe/snapshot.ts";
import type { LeakKind } from "./kind.ts";

/** `suspect` is worth a look, `leaked` is so old that nobody is expected to come back for it. */
export const severities = ["suspect", "leaked"] as const;

export type Severity = (typeof severities)[number];

/**
 * How an episode ends: the session went on; its row is gone, by whatever cause; pgleash ended it; or nobody knows,
 * because the server restarted, another one answered, or the looks had a gap.
 */
export const episodeEnds = ["returned", "vanished", "terminated", "lost_sight"] as const;

export type EpisodeEnd = (typeof episodeEnds)[number];

/** One suspect followed over looks: one backend in one very period of one kind. */
export type Episode = {
  readonly kind: LeakKind;
  /** Backend, age and severity as last named: a lock or another kind may hide it meanwhile. */
  readonly backend: Backend;
  readonly period: string;
  readonly severity: Severity;
  /** How long the backend has looked like this leak, by the server's clock. */
  readonly ageSeconds: number;
  /** On how many looks of this process, and since when (epoch seconds, server's clock), it was named so. */
  readonly sightings: number;
  readonly firstSeenSeconds: number;
};

/** Each transition of an episode happens once. */
export type EpisodeEvent =
  | { readonly type: "suspected"; readonly episode: Episode }
  | { readonly type: "leaked"; readonly episode: Episode }
  | { readonly type: "ended"; readonly episode: Episode; readonly end: EpisodeEnd };
