import { expect, test } from "vitest";

import { shortenDeadline, startDeadline } from "../../src/postgres/deadline.ts";

test("a deadline is shortened, and never made longer", () => {
  const deadline = startDeadline(10);
  expect(shortenDeadline(deadline, 2).remainingSeconds()).toBeCloseTo(2, 0);
  expect(shortenDeadline(deadline, 20).remainingSeconds()).toBeCloseTo(10, 0);
});
