import type { Looking } from "./looking.ts";
import type { Place } from "./openings.ts";

/** One look at a time. */
export type LookTurns = {
  /** Looks, unless a failed connection is to be left alone for now. A look that is coming already is joined. */
  take(isOutOfTurn: boolean): Promise<void>;
  /** Whether a look is under way, or waits for leave to connect. */
  isTaken(): boolean;
  /** Resolves once no look is under way; one that still waits for leave goes on to wait. */
  settled(): Promise<void>;
  /** Resolves once the look that is coming is over, or has given up. */
  ended(): Promise<void>;
};

/** `look` is how a look goes, once it may connect. The signal ends the waiting for that. */
export function createLookTurns(
  { looking, signal }: { readonly looking: Pick<Looking, "enter" | "isDue">; readonly signal: AbortSignal },
  look: (place: Place, isOutOfTurn: boolean) => Promise<void>,
): LookTurns {
  /** A look, with the time it waits for leave to connect, and the same without it. */
  let coming: Promise<void> | null = null;
  let underWay: Promise<void> | null = null;

  async function enterAndLook(isOutOfTurn: boolean): Promise<void> {
    const place = await looking.enter(signal);
    if (place === null) return;
    underWay = look(place, isOutOfTurn).finally(() => (underWay = null));
    await underWay;
  }

  return {
    take(isOutOfTurn) {
      if (coming === null && looking.isDue())
        coming = enterAndLook(isOutOfTurn).finally(() => (coming = null));
      return coming ?? Promise.resolve();
    },
    isTaken: () => coming !== null,
    async settled() {
      await underWay;
    },
    async ended() {
      await coming;
    },
  };
}
