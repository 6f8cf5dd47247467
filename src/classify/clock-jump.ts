/** That the server's clock was set ahead. Times and seconds are by that clock. */
export type ClockJump = {
  /** When the look was taken that saw it. */
  readonly atSeconds: number;
  /** How much too old a period that began before may look, at most. */
  readonly seconds: number;
};

/** So far may the clocks of the server and of this machine drift apart between two looks. */
const LARGEST_DRIFT_SECONDS = 5;

/** Two looks, by the server's clock, and how far apart they were by our own; `null` where there was none before. */
type LooksApart = {
  readonly lastTakenAtSeconds: number | null;
  readonly takenAtSeconds: number;
  readonly sinceLastLookSeconds: number | null;
};

/**
 * How many seconds the server's clock went ahead between two looks beside the time that passed by our own; negative where it
 * went back, 0 where the two agree, and `null` where nobody can know. Pure.
 */
export function clockJump({
  lastTakenAtSeconds,
  takenAtSeconds,
  sinceLastLookSeconds,
}: LooksApart): number | null {
  if (lastTakenAtSeconds === null || sinceLastLookSeconds === null) return null;
  const aheadSeconds = takenAtSeconds - lastTakenAtSeconds - sinceLastLookSeconds;
  return Math.abs(aheadSeconds) <= LARGEST_DRIFT_SECONDS ? 0 : aheadSeconds;
}

/**
 * What to remember after a look at which the clock had gone ahead so far. Several jumps add up. A clock that goes back takes
 * away what it had gone ahead before, and no more: what began in between would look too old for all that follows. Pure.
 */
export function rememberedJump(
  known: ClockJump | null,
  aheadSeconds: number,
  atSeconds: number,
): ClockJump | null {
  if (aheadSeconds === 0) return known;
  const seconds = aheadSeconds + (known?.seconds ?? 0);
  return seconds > 0 ? { atSeconds, seconds } : null;
}

/** The same, as seen from a look: how many seconds ago it was. */
export type ClockJumpAgo = { readonly agoSeconds: number; readonly seconds: number };

/** An age by the server's clock without what that clock was set ahead meanwhile, in seconds. Pure. */
export function trueAge(ageSeconds: number, jump: ClockJumpAgo | null): number {
  if (jump === null || ageSeconds <= jump.agoSeconds) return ageSeconds;
  return Math.max(jump.agoSeconds, ageSeconds - jump.seconds);
}
