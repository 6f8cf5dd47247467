/**
 * How often each number of sessions was seen, by its bucket: a number below 100 has one of its own, and from there on
 * they grow by 2 %. Bounded: 915 buckets at most, and no more than the largest number takes. An array, because one is copied
 * for each application at each look, and V8 copies an array of whole numbers as memory, but a map entry by entry.
 */
export type SessionCounts = readonly number[];

const EXACT = 100;

const FACTOR = 1.02;

const LARGEST = 1e9;

/** Of no looks. */
export const noCounted: SessionCounts = [];

/** With a look more at which there were so many. Pure. */
export function withCount(counts: SessionCounts, sessions: number): SessionCounts {
  const bucket = bucketOf(sessions);
  const next = counts.slice();
  while (next.length <= bucket) next.push(0);
  next[bucket] = (next[bucket] ?? 0) + 1;
  return next;
}

/** The number that a share of the looks (0 to 1) does not exceed, by nearest rank: exact below 100; 0 without looks. Pure. */
export function countQuantile(counts: SessionCounts, share: number): number {
  const looks = counts.reduce((sum, count) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(share * looks));
  let seen = 0;
  const bucket = counts.findIndex((count) => (seen += count) >= rank);
  return bucket < 0 ? 0 : sessionsIn(bucket);
}

function bucketOf(sessions: number): number {
  if (sessions < EXACT) return Math.max(0, Math.floor(sessions));
  return EXACT + Math.ceil(Math.log(Math.min(sessions, LARGEST) / EXACT) / Math.log(FACTOR));
}

/** The middle of the bucket, to which both of its bounds are equally near by ratio. */
function sessionsIn(bucket: number): number {
  return bucket < EXACT ? bucket : Math.round((EXACT * 2 * FACTOR ** (bucket - EXACT)) / (FACTOR + 1));
}
