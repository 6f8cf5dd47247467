import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { formatDuration, parseDuration } from "../../src/config/duration.ts";

describe("parseDuration", () => {
  test.for([
    ["0", 0],
    ["0s", 0],
    ["1ms", 0.001],
    ["30s", 30],
    ["5m", 300],
    ["1h30m", 5400],
    ["1d12h", 129_600],
    ["1w", 604_800],
    ["1y", 31_536_000],
    ["1y2w3d4h5m6s7ms", 33_019_506.007],
    ["90m", 5400],
    ["007s", 7],
  ] as const)("reads %s as %d seconds", ([text, seconds]) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.for([
    "",
    " ",
    "5",
    "00",
    "s",
    "5 s",
    " 5s",
    "5s ",
    "5s\n",
    "1.5h",
    "-5s",
    "+5s",
    "5S",
    "30s5m",
    "5s5s",
    "5min",
    "٥s",
    "1h 30m",
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("refuses what is too long to be counted in whole milliseconds", () => {
    expect(parseDuration("999999999999y")).toBeUndefined();
    expect(parseDuration(`${"9".repeat(400)}s`)).toBeUndefined();
  });
});

describe("formatDuration", () => {
  test.for([
    [0, "0s"],
    [0.1, "100ms"],
    [1.5, "1s500ms"],
    [59, "59s"],
    [90, "1m30s"],
    [5400, "1h30m"],
    [86_400, "1d"],
    [129_600, "36h"],
    [604_800, "1w"],
    [691_200, "8d"],
    [31_536_000, "1y"],
    [0.000_4, "0s"],
  ] as const)("writes %d seconds as %s", ([seconds, text]) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test("writes what parseDuration reads back, to the millisecond", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e14 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds / 1000))).toBe(milliseconds / 1000);
      }),
    );
  });
});

test("parseDuration returns a number that is not negative, or nothing, for any text", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9ywdhms.]{0,12}$/u), (text) => {
      const seconds = parseDuration(text);
      expect(seconds === undefined || seconds >= 0).toBe(true);
    }),
  );
});
