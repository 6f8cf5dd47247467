import { describe, expect, test } from "vitest";

import { scaleExpression } from "./scale-expression.ts";

describe("ten times as fast", () => {
  test.for([
    ["ranges and offsets are shorter", "rate(x_total[5m] offset 1h)", "rate(x_total[30s] offset 6m)"],
    ["to the millisecond", "max_over_time(x[5m1s:15s])", "max_over_time(x[30s100ms:1s500ms])"],
    ["an offset into the future too", "x offset -1m", "x offset -6s"],
    ["an age is compared with a shorter one", "x_age_seconds > 120", "x_age_seconds > 12"],
    ["on either side", "3600 > min by (a) (x_seconds)", "360 > min by (a) (x_seconds)"],
    ["in a sum", "x_seconds + 60 > 90", "x_seconds + 6 > 9"],
    ["in a bound", "clamp_min(5 * x_seconds, 120)", "clamp_min(5 * x_seconds, 12)"],
    ["a rate is greater", "60 * x_per_second > 1", "60 * x_per_second > 10"],
    ["so is one that is asked for", "rate(x_total[1m]) > 0.5", "rate(x_total[6s]) > 5"],
    ["a share of the time is the same", "rate(x_seconds_total[1m]) > 0.5", "rate(x_seconds_total[6s]) > 0.5"],
    ["a count is the same", "increase(x_total[1m]) > 0.5", "increase(x_total[6s]) > 0.5"],
    ["a quotient of ages too", "x_seconds / y_seconds > 0.8", "x_seconds / y_seconds > 0.8"],
    ["the time since an instant", "time() - x_timestamp_seconds > 30", "time() - x_timestamp_seconds > 3"],
    ["whether there was one at all", "x_timestamp_seconds != 0", "x_timestamp_seconds != 0"],
    ["an age or else a count", "x_seconds > 50 or y > 5", "x_seconds > 5 or y > 5"],
    [
      "the words of a label",
      'label_replace(x_seconds > 50, "a", "5m", "", "")',
      'label_replace(x_seconds > 5, "a", "5m", "", "")',
    ],
    ["an age beside a count", "a > 5 and x_seconds > 50", "a > 5 and x_seconds > 5"],
    ["alternatives", "x_seconds or on (a) 0 * y_seconds", "x_seconds or on (a) 0 * y_seconds"],
    ["a selector as it is", 'x{name="5m", le_="3"} == 1', 'x{name="5m", le_="3"} == 1'],
    ["the three oldest", "topk(3, x_seconds) > 60", "topk(3, x_seconds) > 6"],
  ] as const)("%s: %s", ([, expression, expected]) => {
    expect(scaleExpression(expression, 10).text).toBe(expected);
  });

  test("the name of a recording rule stands for what it records", () => {
    const recorded = new Map([["a:age:max", 1]]);
    expect(scaleExpression("a:age:max > 120", 10, recorded).text).toBe("a:age:max > 12");
    expect(scaleExpression("a:age:max > 120", 10).text).toBe("a:age:max > 120");
  });
});

test("at the same speed nothing changes", () => {
  const expression = "x_seconds > 86400 and rate(y_total[90s]) > 1e3";
  expect(scaleExpression(expression, 1).text).toBe(expression);
});

test.for([
  ["what is no PromQL", "rate(x[1m]", "not understood"],
  ["seconds beside a count", "x_seconds > y", "different units"],
  ["a rate beside an age", "rate(x_total[1m]) + y_seconds", "different units"],
  ["two numbers that are multiplied", "x_seconds > 24 * 3600", "two numbers"],
  ["what is either a count or seconds", "(x_seconds or y) > 5", "mixed units"],
  ["an instant that is compared with a number", "x_timestamp_seconds > 5", "an instant"],
  ["another unit", "x_milliseconds > 5", "not in seconds"],
  ["a bound in a label", 'x_bucket{le="5"} > 1', "a bound in a label"],
  ["a histogram of ages", "histogram_quantile(0.9, x_seconds_bucket)", "not in seconds"],
  ["a function that it does not know", "predict_linear(x[1h], 3600) < 0", "predict_linear"],
  ["whole seconds", "round(x_seconds) > 5", "round"],
  ["a fixed instant", "x @ 1700000000", "StepInvariantExpr"],
  ["a metric without a name", '{__name__="x_seconds"} > 5', "no name"],
  ["a power", "x_seconds ^ 2 > 5", "operator"],
  ["a duration that would be nothing", "rate(x[1ms])", "too short"],
] as const)("refuses %s: %s", ([, expression, why]) => {
  expect(() => scaleExpression(expression, 10)).toThrow(why);
});
