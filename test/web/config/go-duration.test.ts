import { expect, test } from "vitest";

import { parseGoDuration } from "../../../src/web/config/go-duration.ts";

test.for([
  ["0", 0],
  ["0s", 0],
  ["1s", 1],
  ["1.s", 1],
  [".5s", 0.5],
  ["500ms", 0.5],
  ["1m30s", 90],
  ["1h1m1s", 3661],
  ["1.5h", 5400],
  ["250us", 0.00025],
  ["250µs", 0.00025],
  ["1s1s", 2],
] as const)("%j is %d seconds", ([text, seconds]) => {
  expect(parseGoDuration(text)).toBeCloseTo(seconds, 9);
});

test.for(["", "1", "s", "1 s", "1d", "1w", "-1s", "1s ", "1sx", "x1s", ".s", "1..s", "1e3s", "٣s"])(
  "%j is none",
  (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  },
);
