import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Leash } from "./leash.ts";
import type { Refusal } from "./permit-refusals.ts";
import type { Act, Spare } from "./plan.ts";

type CallingOff = {
  /** What was known of earlier looks, before this act was counted. */
  readonly before: Leash;
  /** What came meanwhile. */
  readonly stop: Refusal;
};

/**
 * An act that was decided on and counted, and of which nothing is sent because somebody said stop meanwhile: the session
 * is spared for that reason, and the leash is as if the act had never counted. Pure.
 */
export function calledOff(
  leash: Leash,
  act: Act,
  { before, stop }: CallingOff,
): { readonly spare: Spare; readonly leash: Leash } {
  const { episode, rule } = act;
  const key = keyOfEpisode(episode);
  const { entries } = leash.ledger;
  const at = entries.findLastIndex((entry) => entry.episode === key && entry.outcome === null);
  const acted = new Map(leash.acted);
  const known = before.acted.get(key);
  if (known === undefined) acted.delete(key);
  else acted.set(key, known);
  return {
    spare: { type: "spare", ...stop, episode, rule },
    leash: {
      ...leash,
      ledger: { ...leash.ledger, entries: at === -1 ? entries : entries.toSpliced(at, 1) },
      acted,
    },
  };
}
