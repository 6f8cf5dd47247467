import { keyOfEpisode } from "../../classify/episode-key.ts";
import { formatAge } from "../../readable-time.ts";
import type { Case, Guard } from "../guard.ts";
import type { Outcome } from "../ledger.ts";
import { modeOf } from "../situation.ts";

/**
 * An act is tried again if nobody knows what came of it, if the session had moved on and is back in the same period, or if
 * the server refused, for the grant may be back; and only once, but for a long transaction that moved on: never an endless
 * hammering, nor one that keeps the others from their turn. A look without the grant forgets the refusals, which were its fault.
 */
const MOST_ATTEMPTS = 2;

/**
 * So long, times the attempts so far, a transaction that moved on is let be: each try costs an intent on the disk, and takes a
 * turn of others.
 */
const MOVED_ON_SECONDS = 60;

const again: ReadonlySet<Outcome> = new Set(["not_confirmed", "failed", "moved_on", "denied"]);

/** One episode is one act, in a dry run as well: or the same few would use up the limits at each look. */
export const actedBefore: Guard = {
  reason: "acted_before",
  why(one) {
    const { episode, rule, leash, situation } = one;
    const acted = leash.acted.get(keyOfEpisode(episode));
    if (acted === undefined) return null;
    if (modeOf(situation) === "enforce") {
      // What a dry run would have done is still to be done.
      if (acted.mode === "dry_run") return null;
      if (acted.outcome === "moved_on" && episode.kind === "long_transaction" && rule.action === "terminate")
        return untilNextTry(one, acted.attempts);
      if (acted.outcome !== null && again.has(acted.outcome) && acted.attempts < MOST_ATTEMPTS) return null;
    }
    if (acted.mode === "dry_run")
      return "a dry run recorded it already, which it does once; nothing was signalled";
    return `it was acted on before: ${acted.outcome ?? "what came of it is not known"}`;
  },
};

/**
 * A long transaction that had moved on was amid a statement, or past the one that the act was meant for. It is still the same
 * leak and will come to rest again: to give it up would be for as long as the transaction lasts. Whatever the rule goes by, or
 * a narrower one would try on where a wider one has given up. A mere cancel would find nothing to do there, however often.
 * Once no limit remembers the last try, it may be tried again.
 */
function untilNextTry({ episode, leash, policy, situation }: Case, attempts: number): string | null {
  const key = keyOfEpisode(episode);
  const last = leash.ledger.entries.findLast((entry) => entry.mode === "enforce" && entry.episode === key);
  if (last === undefined) return null;
  const apartSeconds = Math.max(MOVED_ON_SECONDS * attempts, policy.limits.coolDownSeconds);
  const left = last.atSeconds + apartSeconds - situation.nowSeconds;
  return left <= 0
    ? null
    : `it had moved on when it was to be ended: it may be tried again in ${formatAge(Math.ceil(left))}`;
}
