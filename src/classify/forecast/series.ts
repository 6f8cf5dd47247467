/** What one look saw of a group of sessions. `atSeconds` is the time of the look, by the server's clock. */
export type Point = {
  readonly atSeconds: number;
  /** Sessions that have not moved for at least the quiet time. */
  readonly quiet: number;
  /** All sessions of the group. */
  readonly sessions: number;
};

/** Looks in order of time, the oldest first. Only `extended` makes one longer, and it keeps it bounded. */
export type Series = readonly Point[];

const MAX_POINTS = 64;
const MAX_AGE_SECONDS = 24 * 3600;

/** So few may close for any reason. */
const FEW_SESSIONS = 10;
const MOST = 0.7;

/**
 * The series with one more look: at most 64 points, none older than 24 hours.
 *
 * When it is full, the two points that lie closest together for their age become one. Fresh looks so keep their
 * resolution, and older ones lie the further apart the older they are, evenly enough to cut any stretch that reaches
 * to the present into quarters. The newest point is always the look itself. A clock that went back starts anew, and so
 * does an application whose sessions went all at once: it was restarted, and if it leaks, it leaks anew.
 */
export function extended(series: Series, point: Point): Series {
  const newest = series.at(-1);
  if (newest !== undefined && (point.atSeconds < newest.atSeconds || wasRestarted(newest, point)))
    return [point];
  const earlier = series.filter(
    ({ atSeconds }) => atSeconds < point.atSeconds && point.atSeconds - atSeconds <= MAX_AGE_SECONDS,
  );
  return [...(earlier.length < MAX_POINTS ? earlier : thinned(earlier, point.atSeconds)), point];
}

/** Most of the quiet sessions are gone since the look before: not awake, but closed. */
function wasRestarted(before: Point, after: Point): boolean {
  const gone = before.quiet - after.quiet;
  const isMost = before.quiet >= FEW_SESSIONS && gone >= MOST * before.quiet;
  return isMost && before.sessions - after.sessions >= MOST * gone;
}

/** Of the two that become one, that with fewer quiet sessions stays: what is quiet only for a while did not leak. */
function thinned(series: Series, nowSeconds: number): Series {
  const index = closestPair(series, nowSeconds);
  const [first, second] = series.slice(index, index + 2);
  if (first === undefined || second === undefined) return series;
  return series.toSpliced(index, 2, second.quiet < first.quiet ? second : first);
}

/** Where the first of the two points is that lie closest together for their age. */
function closestPair(series: Series, nowSeconds: number): number {
  let closest = { index: 0, distance: Infinity };
  for (const [index, { atSeconds }] of series.entries()) {
    const next = series[index + 1];
    if (next === undefined) break;
    const distance = (next.atSeconds - atSeconds) / (nowSeconds - atSeconds);
    if (distance < closest.distance) closest = { index, distance };
  }
  return closest.index;
}
