import type { History, RoleHistory } from "./history.ts";
import { rungFrom } from "./ladder.ts";
import { periodEnds } from "./period.ts";

/** From how long on a session that is idle inside a transaction was never seen to come back, or why nobody can say. */
export type ThresholdAdvice =
  | { readonly type: "advised"; readonly seconds: number }
  | { readonly type: "refused"; readonly why: string };

/** So long must looks have vouched for what they saw: an application has its hours. */
const LEAST_WATCHED_SECONDS = 86_400;

/** So few periods say nothing about how long the next one lasts. */
const LEAST_PERIODS = 20;

/** None at all say that they are shorter than what looks return: of whoever was there for so many looks, not of a passer-by. */
const LEAST_LOOKS = 1000;

/** The longest so far will be surpassed: half as much again. */
const MARGIN = 1.5;

/** From this age on every period was seen, outside of gaps: looks return it, and none that vouch were further apart. Pure. */
export function knownFromSeconds({
  returnedFromSeconds,
  longestStepSeconds,
}: Pick<History, "returnedFromSeconds" | "longestStepSeconds">): number {
  return returnedFromSeconds + longestStepSeconds;
}

/**
 * The shortest duration that no period outlasted which is over, with a margin, as one writes it. Whoever commits and
 * disconnects between two looks is gone like one that was dropped: so those who are gone count like those who went on. Pure.
 */
export function thresholdAdvice(
  { looks, unreadLooks, periods }: Pick<RoleHistory, "looks" | "unreadLooks" | "periods">,
  stillOpen: number,
  history: History,
): ThresholdAdvice {
  const ends = periodEnds.map((end) => periods[end]);
  const finished = ends.reduce((sum, { count }) => sum + count, 0);
  const { returnedFromSeconds, watchedSeconds } = history;
  if (returnedFromSeconds === Infinity)
    return refused("looks return no session that is idle in a transaction");
  const short = tooShort(watchedSeconds);
  if (short !== null) return refused(short);
  const unread = tooOftenUnread({ looks, unreadLooks });
  if (unread !== null) return refused(unread);
  if (finished + stillOpen > 0 && finished < LEAST_PERIODS)
    return refused(`${LEAST_PERIODS} periods that ended are needed, and there are ${finished}`);
  const few = finished === 0 ? tooFewLooks(looks) : null;
  if (few !== null) return refused(few);
  const longest = Math.max(...ends.map(({ longestSeconds }) => longestSeconds)) * MARGIN;
  const seconds = rungFrom(Math.max(longest, knownFromSeconds(history)));
  return seconds === null ? refused("some lasted for days") : { type: "advised", seconds };
}

/** Why so long a history is too short for any advice; `null` where it is not. Pure. */
export function tooShort(watchedSeconds: number): string | null {
  if (watchedSeconds >= LEAST_WATCHED_SECONDS) return null;
  return `${hours(LEAST_WATCHED_SECONDS)} of looks are needed, and there are ${hours(watchedSeconds)}`;
}

/** Why so many looks at somebody's sessions are too few; `null` where they are not. Pure. */
export function tooFewLooks(looks: number): string | null {
  if (looks >= LEAST_LOOKS) return null;
  return `${LEAST_LOOKS} looks at its sessions are needed, and there are ${looks}`;
}

/** What happened in so large a part of the time may be what matters. */
const MOST_UNREAD = 0.05;

/** Why what was not read of a role or an application is too much for any advice; `null` where it is not. Pure. */
export function tooOftenUnread({
  looks,
  unreadLooks,
}: Pick<RoleHistory, "looks" | "unreadLooks">): string | null {
  const all = looks + unreadLooks;
  return unreadLooks <= MOST_UNREAD * all
    ? null
    : `what its sessions do was hidden at ${unreadLooks} of ${all} looks (GRANT pg_monitor, track_activities)`;
}

function refused(why: string): ThresholdAdvice {
  return { type: "refused", why };
}

function hours(seconds: number): string {
  return `${Math.floor(seconds / 3600)} h`;
}
