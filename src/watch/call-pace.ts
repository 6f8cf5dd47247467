/** The looks that quick looks called for since the last look by plan, and when the last look of all began (`performance.now`). */
export type CallPace = { readonly calledFor: number; readonly lastBeganMs: number };

/** After a look that begins now. One by plan ends the row. Pure. */
export function paceAfter(before: CallPace, isOutOfTurn: boolean, nowMs: number): CallPace {
  return { calledFor: isOutOfTurn ? before.calledFor + 1 : 0, lastBeganMs: nowMs };
}

/**
 * Whether it is time for another quick look. Each look that one called for doubles the time until the next, up to the next
 * look by plan: in an incident somebody new comes of age all the time, and looks must stay few. Half an interval is
 * taken off, because a timer may be early. Pure.
 */
export function isTimeForQuickLook(pace: CallPace, quickEverySeconds: number, nowMs: number): boolean {
  const least = 1000 * quickEverySeconds * (2 ** pace.calledFor - 0.5);
  return nowMs - pace.lastBeganMs >= least;
}
