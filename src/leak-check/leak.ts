import type { Episode } from "../classify/episode.ts";

/**
 * In what way something leaked, from what may have been meant to what cannot have been:
 * `untouched`: in no transaction, and not used for too long while the command ran;
 * `held`: idle in a transaction for too long while the command ran;
 * `unfinished`: idle in a transaction when last seen, as the command ended: it may have been finished unseen;
 * `left_open`: still there when the grace was over.
 */
export const leakWays = ["untouched", "held", "unfinished", "left_open"] as const;

export type LeakWay = (typeof leakWays)[number];

/** What a command leaked, as it was last seen so. */
export type Leak = { readonly way: LeakWay; readonly suspect: Episode };
