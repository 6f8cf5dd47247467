import { expect, test } from "vitest";

import { paced } from "../../../bench/measure/paced.ts";

test("a task that takes longer than its pace is followed by a rest as long as the pace", async () => {
  const seen: { begun: number; ended: number }[] = [];
  await paced(3, 20, async () => {
    const begun = performance.now();
    while (performance.now() < begun + 25);
    seen.push({ begun, ended: performance.now() });
    return await Promise.resolve();
  });
  const rests = seen.slice(1).map(({ begun }, index) => begun - (seen[index]?.ended ?? Number.NaN));
  // A timer may be early by a millisecond.
  expect(Math.min(...rests)).toBeGreaterThan(18);
});
