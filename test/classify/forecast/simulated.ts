import { growthOf, type Growth } from "../../../src/classify/forecast/growth.ts";
import { extended, type Point, type Series } from "../../../src/classify/forecast/series.ts";
import { randomFrom } from "../../support/random-looks.ts";

/** A session that leaked counts as quiet from then on. */
export const QUIET_SECONDS = 60;

const RESOLUTION = 2 ** 30;

/** Draws from distributions; the same for the same seed. */
export type Draws = {
  /** From 0 up to, not including, 1. */
  uniform(): number;
  between(least: number, most: number): number;
  exponential(mean: number): number;
  poisson(mean: number): number;
};

export function drawsFrom(seed: number): Draws {
  const random = randomFrom(seed * 7919);
  const uniform = (): number => random.below(RESOLUTION) / RESOLUTION;
  const exponential = (mean: number): number => -Math.log(1 - uniform()) * mean;
  function poisson(mean: number): number {
    let count = 0;
    for (let sum = exponential(1); sum < mean; sum += exponential(1)) count += 1;
    return count;
  }
  return {
    uniform,
    between: (least, most) => least + random.below(most - least + 1),
    exponential,
    poisson,
  };
}

/** When the sessions of a leak leaked, in order: a Poisson process. */
export function leakTimes(
  draws: Draws,
  leak: { readonly perSecond: number; readonly fromSeconds: number; readonly count: number },
): readonly number[] {
  let atSeconds = leak.fromSeconds;
  return Array.from({ length: leak.count }, () => (atSeconds += draws.exponential(1 / leak.perSecond)));
}

/** How many of the times, which are in order, have come. */
export function countUntil(times: readonly number[], atSeconds: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((times[middle] ?? Infinity) <= atSeconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a look would see at a time. It is asked once for each look, in order. */
export type World = (atSeconds: number) => { readonly quiet: number; readonly sessions: number };

export type Watched = { readonly point: Point; readonly series: Series };

/** The looks at a world, one after the other, with all that is kept of them. */
export function* watched(
  world: World,
  looks: { readonly everySeconds: number; readonly untilSeconds: number },
): Generator<Watched> {
  let series: Series = [];
  for (let atSeconds = 0; atSeconds <= looks.untilSeconds; atSeconds += looks.everySeconds) {
    const point = { atSeconds, ...world(atSeconds) };
    series = extended(series, point);
    yield { point, series };
  }
}

/** Every look that saw growth, and the growth it saw. */
export function growthsIn(
  world: World,
  looks: { readonly everySeconds: number; readonly untilSeconds: number },
): readonly { readonly atSeconds: number; readonly growth: Growth }[] {
  return [...watched(world, looks)].flatMap(({ point, series }) => {
    const growth = growthOf(series);
    return growth === null ? [] : [{ atSeconds: point.atSeconds, growth }];
  });
}

/** A healthy pool of 20 sessions: either none moves, or 3 come and go, and 1 of those that are quiet. */
export function aPool(draws: Draws, moves: boolean): World {
  if (!moves) return () => ({ quiet: 5, sessions: 20 });
  return () => ({ quiet: 5 + draws.between(-1, 1), sessions: 20 + draws.between(-3, 3) });
}

/** A pool, and sessions that leak beside it. */
export function leaking(pool: World, times: readonly number[]): World {
  return (atSeconds) => {
    const { quiet, sessions } = pool(atSeconds);
    return {
      quiet: quiet + countUntil(times, atSeconds - QUIET_SECONDS),
      sessions: sessions + countUntil(times, atSeconds),
    };
  };
}
