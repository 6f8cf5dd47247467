import { expect, test } from "vitest";

import { settingValue, writtenDuration } from "../../src/advise/setting-value.ts";

test.for([
  ["0", "ms", 0],
  ["300000", "ms", 300_000],
  ["5min", "ms", 300_000],
  [" 1.5 h ", "ms", 5_400_000],
  ["2d", "ms", 172_800_000],
  ["100us", "ms", 0],
  ["500us", "ms", 0],
  ["1500us", "ms", 2],
  ["1min", "s", 60],
  ["7", null, 7],
  ["1e3", "ms", 1000],
  ["5MIN", "ms", null],
  ["7s", null, null],
  ["0x1F", "ms", null],
  ["010", "ms", 8],
  ["-010", "ms", -8],
  ["010min", "ms", 480_000],
  ["00", "ms", 0],
  ["010.5", "ms", 10],
  ["08", "ms", null],
  ["soon", "ms", null],
  ["", "ms", null],
] as const)("%j in %s is %s", ([text, unit, value]) => {
  expect(settingValue(text, unit)).toBe(value);
});

test.for([
  [10, "10s"],
  [90, "90s"],
  [600, "10min"],
  [5400, "90min"],
  [7200, "2h"],
  [172_800, "2d"],
  [0, "0s"],
] as const)("%i s are written %s", ([seconds, text]) => {
  expect(writtenDuration(seconds)).toBe(text);
});
