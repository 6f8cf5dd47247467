/** That the server's clock was set ahead. Times and seconds are by that clock, as it shows now. */
export type ClockJump = {
  /** When the look was taken that saw it. */
  readonly atSeconds: number;
  /** How much too old a period that began before may look for it, at most. */
  readonly seconds: number;
};

/** All that is known of, the oldest first. At most 32. */
export type ClockJumps = readonly ClockJump[];

/** So far may the clocks of the server and of this machine drift apart between two looks. */
const LARGEST_DRIFT_SECONDS = 5;

const MOST_JUMPS = 32;

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
 * What to remember after a look at which the clock had gone ahead so far: each jump by itself, at the time that the clock
 * would have shown then if it had been as it is now. A clock that goes back takes away what it had gone ahead before, the
 * newest first, and no more: what began in between would look too old for all that follows. Pure.
 */
export function rememberedJumps(known: ClockJumps, aheadSeconds: number, atSeconds: number): ClockJumps {
  if (aheadSeconds === 0) return known;
  const moved = known.map((jump) => ({ ...jump, atSeconds: jump.atSeconds + aheadSeconds }));
  if (aheadSeconds < 0) return withoutNewest(moved, -aheadSeconds);
  return bounded([...moved, { atSeconds, seconds: aheadSeconds }]);
}

function withoutNewest(jumps: ClockJumps, seconds: number): ClockJumps {
  const newest = jumps.at(-1);
  if (newest === undefined) return [];
  const earlier = jumps.slice(0, -1);
  const left = newest.seconds - seconds;
  return left > 0 ? [...earlier, { ...newest, seconds: left }] : withoutNewest(earlier, -left);
}

/** Of two that become one, the later time stays: what began between them then counts as younger, and never as older. */
function bounded(jumps: ClockJumps): ClockJumps {
  const [first, second, ...later] = jumps;
  if (jumps.length <= MOST_JUMPS || first === undefined || second === undefined) return jumps;
  return [{ ...second, seconds: first.seconds + second.seconds }, ...later];
}

/** The same, as seen from a look: how many seconds ago it was. */
export type ClockJumpAgo = { readonly agoSeconds: number; readonly seconds: number };

/** The jumps as seen from a look at this time (epoch seconds, server's clock), the oldest first. Pure. */
export function jumpsAgo(jumps: ClockJumps, nowSeconds: number): readonly ClockJumpAgo[] {
  return jumps.map(({ atSeconds, seconds }) => ({ agoSeconds: nowSeconds - atSeconds, seconds }));
}

/**
 * An age by the server's clock without what that clock was set ahead meanwhile, in seconds. From the newest jump back, for
 * only without the later ones does an age tell whether it reaches back beyond one. Pure.
 */
export function trueAge(ageSeconds: number, jumps: readonly ClockJumpAgo[]): number {
  return jumps.reduceRight(
    (age, { agoSeconds, seconds }) => (age <= agoSeconds ? age : Math.max(agoSeconds, age - seconds)),
    ageSeconds,
  );
}
