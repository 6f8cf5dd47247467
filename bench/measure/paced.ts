import { setTimeout } from "node:timers/promises";

/**
 * Runs a task so many times, one begun every so many milliseconds; a task that takes longer is followed at once. Returns how long
 * each took, in milliseconds.
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
    took.push(performance.now() - begunMs);
    nextMs = Math.max(nextMs + everyMs, performance.now());
  }
  return took;
}
