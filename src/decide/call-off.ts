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
  return { spare: { type: "spare", ...stop, episode, rule }, leash: uncounted(leash, [act], before) };
}

/** The leash without acts that count already and are not settled; `before` is what was known before them. Pure. */
export function uncounted(leash: Leash, acts: readonly Act[], before: Leash): Leash {
  const keys = acts.map(({ episode }) => keyOfEpisode(episode));
  const sought = new Set(keys);
  const latestFirst = leash.ledger.entries.toReversed();
  const kept = latestFirst.filter(({ episode, outcome }) => outcome !== null || !sought.delete(episode));
  const acted = new Map(leash.acted);
  for (const key of keys) {
    const known = before.acted.get(key);
    if (known === undefined) acted.delete(key);
    else acted.set(key, known);
  }
  return { ...leash, ledger: { ...leash.ledger, entries: kept.toReversed() }, acted };
}
