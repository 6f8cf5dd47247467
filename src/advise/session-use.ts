import { emptySketch, withValue, type Sketch } from "./sketch.ts";

/** How many sessions an application needed at once. Between two looks there may have been more. */
export type SessionUse = {
  /** The most that were active or inside a transaction at one look, and the most that were held. */
  readonly mostBusy: number;
  readonly mostHeld: number;
  /** Of each look at which it held a session. */
  readonly busy: Sketch;
};

/** Of no looks. */
export const noUse: SessionUse = { mostBusy: 0, mostHeld: 0, busy: emptySketch };

/** With one look more, at which it held so many. Pure. */
export function withUse(
  use: SessionUse,
  { busy, held }: { readonly busy: number; readonly held: number },
): SessionUse {
  return {
    mostBusy: Math.max(use.mostBusy, busy),
    mostHeld: Math.max(use.mostHeld, held),
    busy: withValue(use.busy, busy),
  };
}
