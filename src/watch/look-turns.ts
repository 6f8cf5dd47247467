import type { Looking } from "./looking.ts";
import type { Place } from "./openings.ts";
import type { QuickLooks } from "./quick-looks.ts";

/** One look at a time. */
export type LookTurns = {
  /**
   * Looks, unless a failed connection is to be left alone for now. A look that is coming already is joined; but one by plan comes
   * right behind one out of turn, which cannot do all that it does.
   */
  take(isOutOfTurn: boolean): Promise<void>;
  /** Whether a look is under way, or waits for leave to connect. */
  isTaken(): boolean;
  /** Resolves once no look is under way; one that still waits for leave goes on to wait. */
  settled(): Promise<void>;
  /** Resolves once the look that is coming is over, or has given up. */
  ended(): Promise<void>;
};

/** What a look waits for before it begins. The signal ends the waiting for leave to connect. */
export type LookTurnsOptions = {
  readonly looking: Pick<Looking, "enter" | "isDue">;
  readonly quickLooks: Pick<QuickLooks, "settled">;
  readonly signal: AbortSignal;
};

/** `look` is how a look goes, once it may connect. */
export function createLookTurns(
  { looking, quickLooks, signal }: LookTurnsOptions,
  look: (place: Place, isOutOfTurn: boolean) => Promise<void>,
): LookTurns {
  /** A look, with the time it waits for leave to connect, and the same without it. */
  let coming: { readonly isOutOfTurn: boolean; readonly ended: Promise<void> } | null = null;
  let byPlan: Promise<void> | null = null;
  let underWay: Promise<void> | null = null;

  async function enterAndLook(isOutOfTurn: boolean): Promise<void> {
    // One that is given up closes the connection: only then is it known whether the look must open another.
    await quickLooks.settled();
    const place = await looking.enter(signal);
    if (place === null) return;
    underWay = look(place, isOutOfTurn).finally(() => (underWay = null));
    await underWay;
  }

  function take(isOutOfTurn: boolean): Promise<void> {
    if (coming === null) {
      if (signal.aborted || !looking.isDue()) return Promise.resolve();
      const ended = enterAndLook(isOutOfTurn).finally(() => (coming = null));
      coming = { isOutOfTurn, ended };
      return ended;
    }
    if (isOutOfTurn || !coming.isOutOfTurn) return coming.ended;
    byPlan ??= coming.ended.finally(() => (byPlan = null)).then(() => take(false));
    return byPlan;
  }

  return {
    take,
    isTaken: () => coming !== null,
    async settled() {
      await underWay;
    },
    async ended() {
      await byPlan;
      await coming?.ended;
    },
  };
}
