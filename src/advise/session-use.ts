import { noCounted, withCount, type SessionCounts } from "./session-counts.ts";

/** How many sessions an application needed at once. Between two looks there may have been more. */
export type SessionUse = {
  /** At which it held a session. */
  readonly looks: number;
  /** The most that were active or inside a transaction at one look, and the most that were held. */
  readonly mostBusy: number;
  readonly mostHeld: number;
  /** Of each of these looks. */
  readonly busy: SessionCounts;
};

/** Of no looks. */
export const noUse: SessionUse = { looks: 0, mostBusy: 0, mostHeld: 0, busy: noCounted };

/** With one look more, at which it held so many. Pure. */
export function withUse(
  use: SessionUse,
  { busy, held }: { readonly busy: number; readonly held: number },
): SessionUse {
  return {
    looks: use.looks + 1,
    mostBusy: Math.max(use.mostBusy, busy),
    mostHeld: Math.max(use.mostHeld, held),
    busy: withCount(use.busy, busy),
  };
}
