import { expect, test } from "vitest";

import { fullBucket, take, type Bucket, type RateLimit } from "../../../src/web/passwords/rate-limit.ts";

const limit: RateLimit = { intervalSeconds: 2, burst: 3 };

/** Which of the requests at these times pass. */
function passing(times: readonly number[]): readonly boolean[] {
  let bucket: Bucket = fullBucket(limit, 0);
  return times.map((seconds) => {
    const left = take(bucket, limit, seconds);
    bucket = left ?? bucket;
    return left !== null;
  });
}

test("a burst passes at once, and then one request each interval", () => {
  expect(passing([0, 0, 0, 0, 1.9, 2, 2.1, 3.9, 4])).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
});

test("a quiet hour gives no more than a burst", () => {
  expect(passing([3600, 3600, 3600, 3600])).toEqual([true, true, true, false]);
});

test("refused requests cost nothing, and a clock that goes back gives nothing", () => {
  expect(passing([0, 0, 0, 1, 1, 1, 0, 2])).toEqual([true, true, true, false, false, false, false, true]);
});
