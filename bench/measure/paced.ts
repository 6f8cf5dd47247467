import { setTimeout } from "node:timers/promises";

/**
 * Runs a task so many times, one begun every so many milliseconds. One that takes longer is followed by a rest of as many: it must
 * not find its caches warmer than a shorter one does. Returns how long each took, in milliseconds.
 */
export async function paced(
  times: number,
  everyMs: number,
  task: () => Promise<unknown>,
): Promise<readonly number[]> {
  const took: number[] = [];
  let nextMs = performance.now();
  for (let count = 0; count < times; count += 1) {
    const waitMs = nextMs - performance.now();
    if (waitMs > 0) await setTimeout(waitMs);
    const begunMs = performance.now();
    await task();
    const endedMs = performance.now();
    took.push(endedMs - begunMs);
    nextMs = endedMs - begunMs > everyMs ? endedMs + everyMs : Math.max(nextMs + everyMs, endedMs);
  }
  return took;
}
