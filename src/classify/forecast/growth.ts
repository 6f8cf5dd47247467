import type { Interval } from "./interval.ts";
import { eventRate } from "./poisson.ts";
import { latestRegime, stayedQuiet } from "./regime.ts";
import type { Point, Series } from "./series.ts";

/** A leak that goes on: `leaks` sessions in `overSeconds`, since `sinceSeconds` (on the clock of the points). */
export type Growth = {
  readonly leaks: number;
  readonly overSeconds: number;
  readonly sinceSeconds: number;
  readonly perSecond: Interval;
};

/** A stretch of a series, and the points between which its leaks are counted. */
type Rise = { readonly stretch: Series; readonly start: Point; readonly end: Point; readonly leaks: number };

/** What the shape of a rise takes to show. A pool opens its sessions within one minute, and is then full. */
const MIN_POINTS = 12;
const MIN_SECONDS = 120;

/** A walk without drift hardly ever climbs so high before it falls further: measured in `healthy.test.ts`. */
const MIN_LEAKS = 15;
const MIN_LEAKS_PER_FALL = 10;

/** So many sessions that go were likely ended together; the leak may go on without them. */
const ENDED_TOGETHER = 10;

const SPANS = 4;
const MAX_SHARE_OF_SPAN = 0.6;

/** Shares of the present rise: a group that had risen so high before and then went back so low has returned. */
const RISEN = 0.6;
const GONE_BACK = 0.3;

/** Once may be chance; twice is the way of the group. */
const MAX_RETURNS = 1;

/**
 * The leak that a series shows; `null` unless it is beyond doubt.
 *
 * Leaked sessions are those that never come back. So what counts is the fewest quiet sessions in the last quarter of
 * the latest regime, less those at its start, which is the first look above the level that the group last went back
 * to. Both count too few rather than too many where healthy sessions come and go. No leak is what did not keep
 * growing, what only fell quiet while the number of sessions stayed, and what went back before.
 */
export function growthOf(series: Series): Growth | null {
  const rise = latestRise(sinceLowest(series));
  if (rise === null || !isSteady(rise) || !sessionsRoseToo(rise)) return null;
  if (returns(series, rise) > MAX_RETURNS) return null;
  const { start, end, leaks } = rise;
  const overSeconds = end.atSeconds - start.atSeconds;
  return { leaks, overSeconds, sinceSeconds: start.atSeconds, perSecond: eventRate(leaks, overSeconds) };
}

/** The rise that the series ends with, if it is one way: a healthy group that rises also falls. */
function latestRise(series: Series): Rise | null {
  const rise = riseOf(latestRegime(series));
  if (rise === null) return null;
  const fall = largestFall(rise.stretch);
  if (rise.leaks >= MIN_LEAKS + MIN_LEAKS_PER_FALL * fall.by) return rise;
  return fall.by >= ENDED_TOGETHER ? latestRise(rise.stretch.slice(fall.until + 1)) : null;
}

/** From the look after the last one with the fewest quiet sessions: its choice has no part in what comes after it. */
function sinceLowest(series: Series): Series {
  const lowest = Math.min(...series.map(({ quiet }) => quiet));
  return series.slice(series.findLastIndex(({ quiet }) => quiet === lowest) + 1);
}

function riseOf(stretch: Series): Rise | null {
  const [start, newest] = [stretch[0], stretch.at(-1)];
  if (start === undefined || newest === undefined || stretch.length < MIN_POINTS) return null;
  if (newest.atSeconds - start.atSeconds < MIN_SECONDS) return null;
  const end = lastQuarter(stretch).reduce((least, point) => (point.quiet < least.quiet ? point : least));
  return { stretch, start, end, leaks: end.quiet - start.quiet };
}

/** How many sessions fewer a later look saw than an earlier one, at most, and where the last look was that did. */
function largestFall(stretch: Series): { readonly by: number; readonly until: number } {
  const stayed = stayedQuiet(stretch);
  const falls = stretch.map(({ quiet }, index) => quiet - (stayed[index] ?? quiet));
  const by = Math.max(...falls);
  const low = stayed[falls.lastIndexOf(by)];
  return { by, until: stretch.findLastIndex(({ quiet }) => quiet === low) };
}

/** A burst that leaves a plateau behind is no leak: every quarter of the time has its share of the leaks. */
function isSteady({ stretch, start, end, leaks }: Rise): boolean {
  const counted = stretch.filter(({ atSeconds }) => atSeconds <= end.atSeconds);
  const stayed = stayedQuiet(counted);
  const spanSeconds = (end.atSeconds - start.atSeconds) / SPANS;
  const bounds = Array.from({ length: SPANS + 1 }, (_, span) => {
    const last = counted.findLastIndex(({ atSeconds }) => atSeconds <= start.atSeconds + span * spanSeconds);
    return stayed[last] ?? start.quiet;
  });
  const shares = bounds.slice(1).map((bound, span) => (bound - (bounds[span] ?? bound)) / leaks);
  return shares.every((share) => share > 0 && share <= MAX_SHARE_OF_SPAN);
}

/** When traffic fades, sessions fall quiet that were there before. Leaked ones come on top. */
function sessionsRoseToo({ stretch, leaks }: Rise): boolean {
  const before = firstQuarter(stretch).map(({ sessions }) => sessions);
  const mean = before.reduce((sum, sessions) => sum + sessions, 0) / before.length;
  const least = Math.min(...lastQuarter(stretch).map(({ sessions }) => sessions));
  return least - mean >= leaks / 2;
}

/** How often the group had risen most of the way as high before, and had gone back most of the way. */
function returns(series: Series, { start, leaks }: Rise): number {
  let [isHigh, count] = [false, 0];
  for (const { atSeconds, quiet } of series) {
    const risen = (quiet - start.quiet) / leaks;
    if (isHigh && (risen <= GONE_BACK || atSeconds >= start.atSeconds)) [isHigh, count] = [false, count + 1];
    if (atSeconds >= start.atSeconds) break;
    if (risen >= RISEN) isHigh = true;
  }
  return count;
}

function firstQuarter(stretch: Series): Series {
  const [from, to] = [stretch[0]?.atSeconds ?? 0, stretch.at(-1)?.atSeconds ?? 0];
  return stretch.filter(({ atSeconds }) => atSeconds <= from + (to - from) / 4);
}

function lastQuarter(stretch: Series): Series {
  const [from, to] = [stretch[0]?.atSeconds ?? 0, stretch.at(-1)?.atSeconds ?? 0];
  return stretch.filter(({ atSeconds }) => atSeconds >= to - (to - from) / 4);
}
