import type { Guard } from "../guard.ts";
import { modeOf } from "../situation.ts";
import { keyOfEpisode } from "../target.ts";

/** Only an act of which nobody knows what came is tried again, and only once: never an endless hammering. */
const MOST_ATTEMPTS = 2;

/** One episode is one act, in a dry run as well: or the same few would use up the limits at each look. */
export const actedBefore: Guard = {
  reason: "acted_before",
  why({ episode, leash, situation }) {
    const acted = leash.acted.get(keyOfEpisode(episode));
    // What a dry run would have done is still to be done.
    if (acted === undefined || acted.mode !== modeOf(situation)) return null;
    const isUnsettled = acted.outcome === "not_confirmed" || acted.outcome === "failed";
    if (isUnsettled && acted.attempts < MOST_ATTEMPTS) return null;
    return `it was acted on before: ${acted.outcome ?? "a dry run records each leak once"}`;
  },
};
