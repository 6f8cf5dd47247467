import { keyOfEpisode } from "../../classify/episode-key.ts";
import type { Guard } from "../guard.ts";
import type { Outcome } from "../ledger.ts";
import { modeOf } from "../situation.ts";

/**
 * An act is tried again if nobody knows what came of it, if the session had moved on and is back in the same period, or if
 * the server refused, for the grant may be back; and only once: never an endless hammering, nor one that keeps the others
 * from their turn. A look without the grant forgets the refusals, which were its fault.
 */
const MOST_ATTEMPTS = 2;

const again: ReadonlySet<Outcome> = new Set(["not_confirmed", "failed", "moved_on", "denied"]);

/** One episode is one act, in a dry run as well: or the same few would use up the limits at each look. */
export const actedBefore: Guard = {
  reason: "acted_before",
  why({ episode, leash, situation }) {
    const acted = leash.acted.get(keyOfEpisode(episode));
    if (acted === undefined) return null;
    if (modeOf(situation) === "enforce") {
      // What a dry run would have done is still to be done.
      if (acted.mode === "dry_run") return null;
      if (acted.outcome !== null && again.has(acted.outcome) && acted.attempts < MOST_ATTEMPTS) return null;
    }
    if (acted.mode === "dry_run")
      return "a dry run recorded it already, which it does once; nothing was signalled";
    return `it was acted on before: ${acted.outcome ?? "what came of it is not known"}`;
  },
};
