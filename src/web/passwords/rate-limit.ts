/** One request each interval on average, and up to `burst` of them at once. */
export type RateLimit = { readonly intervalSeconds: number; readonly burst: number };

/** Requests that may still pass, and when that was reckoned. */
export type Bucket = { readonly tokens: number; readonly atSeconds: number };

/** A bucket that is full. */
export function fullBucket({ burst }: RateLimit, atSeconds: number): Bucket {
  return { tokens: burst, atSeconds };
}

/** The bucket after one more request at this time, or `null` when that one may not pass. */
export function take(bucket: Bucket, limit: RateLimit, atSeconds: number): Bucket | null {
  const gained = Math.max(0, atSeconds - bucket.atSeconds) / limit.intervalSeconds;
  const tokens = Math.min(limit.burst, bucket.tokens + gained);
  return tokens < 1 ? null : { tokens: tokens - 1, atSeconds };
}
