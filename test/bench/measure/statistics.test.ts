import { describe, expect, test } from "vitest";

import { lineThrough, median, quantile, ratios, spreadOf } from "../../../bench/measure/statistics.ts";

describe("medians and spreads", () => {
  test("the median is the middle one, or lies between the two middle ones", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  test("a spread has the median and both ends", () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  test("a quantile is one of the values", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(values, 0.5)).toBe(50);
    expect(quantile(values, 0.99)).toBe(99);
    expect(quantile(values, 1)).toBe(100);
    expect(quantile([5], 0.01)).toBe(5);
  });

  test("ratios are those of the same repetition", () => {
    expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
    expect(ratios([10, 30, 50], [5])).toEqual([2]);
  });
});

describe("the line through readings", () => {
  test("a straight one leaves nothing over", () => {
    const line = lineThrough([10, 12, 14, 16]);
    expect(line.slope).toBeCloseTo(2);
    expect(line.slopeError).toBeCloseTo(0);
  });

  test("what goes up and down does not rise", () => {
    const line = lineThrough([5, 6, 5, 6, 5]);
    expect(line.slope).toBeCloseTo(0);
    // Residuals -0.4, 0.6, -0.4, 0.6, -0.4: the root of 1.2 / 3 over 10.
    expect(line.slopeError).toBeCloseTo(0.2);
  });
});
