import { episodeEnds } from "../classify/episode.ts";
import { leakKinds } from "../classify/kind.ts";
import { counter, type Family } from "./family.ts";

/** Suspects followed over looks. */
export const episodeMetrics: readonly Family[] = [
  counter(
    "pgleash_episodes_suspected_total",
    "Subjects that became suspects, each under its kind.",
    ["kind"],
    ({ tally }) => leakKinds.map((kind) => ({ labels: { kind }, value: tally[kind].suspected })),
  ),
  counter(
    "pgleash_episodes_leaked_total",
    "Suspects that grew so old that they are called leaked.",
    ["kind"],
    ({ tally }) => leakKinds.map((kind) => ({ labels: { kind }, value: tally[kind].leaked })),
  ),
  counter(
    "pgleash_episodes_ended_total",
    "Suspects that ended: the session went on, or the pool shrank (returned), its row is gone (vanished), pgleash ended it (terminated), or nobody knows (lost_sight: restart, failover, a gap in looking).",
    ["kind", "end"],
    ({ tally }) =>
      leakKinds.flatMap((kind) =>
        episodeEnds.map((end) => ({ labels: { kind, end }, value: tally[kind].ended[end] })),
      ),
  ),
  {
    name: "pgleash_episode_duration_seconds",
    of: "server",
    type: "histogram",
    help: "How long ended suspects had looked like a leak when last seen. Sampled by looking: what ended below the threshold, or between two looks, is not in it.",
    labels: ["server", "kind"],
    samples: ({ tally }) => leakKinds.map((kind) => ({ labels: { kind }, histogram: tally[kind].durations })),
  },
];
