import { expect, test } from "vitest";

import { leftSides } from "./left-sides.ts";

test.for([
  ["a comparison with a number", "max by (a) (x) > 5", "max by (a) (x)"],
  ["one with another metric", "x > clamp_min(5 * y, 120)", "x"],
  ["several of them", "x == 0 and on (a) max(y) == 1 or z != 2", "x and on (a) max(y) or z"],
  ["one inside of something else", "max by (a) (x == 1 and y == 0) == 1", "max by (a) (x and y)"],
  ["one that asks for a boolean", "x >= bool 3", "x"],
  ["what is absent", 'absent(up{job="a"})', '(up{job="a"})'],
  ["nothing", "sum(rate(x[5m])) - y", "sum(rate(x[5m])) - y"],
] as const)("leaves out %s: %s", ([, expression, expected]) => {
  expect(leftSides(expression)).toEqual([expected]);
});

test("what silences it must be there as well, each by itself", () => {
  expect(leftSides("x > 1 unless on (a) y == 0 and on (a) z == 1 unless absent(w)")).toEqual([
    "x and on (a) z",
    "y",
    "(w)",
  ]);
});

test("does not take what is no PromQL", () => {
  expect(() => leftSides("sum(x")).toThrow("not understood");
});
