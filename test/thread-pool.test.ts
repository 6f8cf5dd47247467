import { expect, test } from "vitest";

import { fileThreads, lookUpThreads } from "../src/thread-pool.ts";

test.for([
  [undefined, 2, 2],
  ["1", 1, 1],
  ["2", 1, 2],
  ["16", 8, 4],
  ["128", 64, 32],
  ["", 1, 1],
  ["0", 1, 1],
  ["x", 1, 1],
  ["100000", 512, 256],
] as const)("of UV_THREADPOOL_SIZE %s, look-ups get %s, and files %s", ([size, lookUps, files]) => {
  expect([lookUpThreads(size), fileThreads(size)]).toEqual([lookUps, files]);
});
