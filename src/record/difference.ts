import { keyOfEpisode } from "../classify/episode-key.ts";
import type { WouldAct } from "./would-act.ts";

/** The same session in the same period under two policies, which would do another thing to it. */
export type OtherAction = { readonly act: WouldAct; readonly old: WouldAct };

/** Whom only one policy would have ended or cancelled, and to whom the other would have done something else. */
export type Difference = {
  readonly onlyNew: readonly WouldAct[];
  readonly onlyOld: readonly WouldAct[];
  readonly otherAction: readonly OtherAction[];
};

/**
 * What tells two policies apart: the same is to do the same to the same session in the same period, be it at another time
 * or by another rule.
 */
export function differenceOf(acts: readonly WouldAct[], old: readonly WouldAct[]): Difference {
  const [known, knownOld] = [byEpisode(acts), byEpisode(old)];
  return {
    onlyNew: acts.filter((act) => !knownOld.has(keyOf(act))),
    onlyOld: old.filter((act) => !known.has(keyOf(act))),
    otherAction: [...known].flatMap(([key, act]) => {
      const other = knownOld.get(key);
      return other === undefined || other.action === act.action ? [] : [{ act, old: other }];
    }),
  };
}

/** The last act on each: an earlier one was in vain. */
function byEpisode(acts: readonly WouldAct[]): ReadonlyMap<string, WouldAct> {
  return new Map(acts.map((act) => [keyOf(act), act]));
}

function keyOf({ server, episode }: WouldAct): string {
  return JSON.stringify([server, keyOfEpisode(episode)]);
}
