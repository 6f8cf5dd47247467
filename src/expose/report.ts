import type { EpisodeEvent } from "../classify/episode.ts";
import type { Suspect } from "../classify/suspect.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/** What one look came to. Everything shown comes from it. */
export type Report = {
  readonly snapshot: Snapshot;
  readonly suspects: readonly Suspect[];
  readonly events: readonly EpisodeEvent[];
};
