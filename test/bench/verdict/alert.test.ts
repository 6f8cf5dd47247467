import { expect, test } from "vitest";

import { alertFiresAt, scalar } from "../../../bench/verdict/peers/alert.ts";
import { seenFor } from "./views.ts";

const views = seenFor(300, () => []);
const isHigh = (value: number): boolean => value > 1;

test("an alert fires once its condition has held for its time, and not a look before", () => {
  const firing = { vectorOf: () => scalar(2), holds: isHigh };
  expect(alertFiresAt(views, { ...firing, forSeconds: 60 })).toBe(60);
  expect(alertFiresAt(views, { ...firing, forSeconds: 0 })).toBe(0);
  expect(alertFiresAt(views, { ...firing, forSeconds: 301 })).toBe(null);
});

test("one look at which it does not hold begins it anew", () => {
  const firing = { vectorOf: (_: unknown, index: number) => scalar(index === 5 ? 0 : 2), holds: isHigh };
  expect(alertFiresAt(views, { ...firing, forSeconds: 60 })).toBe(120);
});

test("each label set waits for itself: two that take turns never fire", () => {
  const inTurns = {
    vectorOf: (_: unknown, index: number) => new Map([[index % 2 === 0 ? "a" : "b", 2]]),
    holds: isHigh,
  };
  expect(alertFiresAt(views, { ...inTurns, forSeconds: 60 })).toBe(null);
});
