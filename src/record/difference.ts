import { keyOfEpisode } from "../classify/episode-key.ts";
import type { WouldAct } from "./would-act.ts";

/** Who would have been ended by one policy only. */
export type Difference = { readonly onlyNew: readonly WouldAct[]; readonly onlyOld: readonly WouldAct[] };

/**
 * What tells two policies apart: the same is to do the same to the same session in the same period, be it at another time
 * or by another rule.
 */
export function differenceOf(acts: readonly WouldAct[], old: readonly WouldAct[]): Difference {
  return { onlyNew: missingIn(old, acts), onlyOld: missingIn(acts, old) };
}

function missingIn(others: readonly WouldAct[], acts: readonly WouldAct[]): readonly WouldAct[] {
  const known = new Set(others.map(keyOf));
  return acts.filter((act) => !known.has(keyOf(act)));
}

function keyOf({ server, action, episode }: WouldAct): string {
  return JSON.stringify([server, action, keyOfEpisode(episode)]);
}
