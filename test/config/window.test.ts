import { describe, expect, test } from "vitest";

import { compileWindow } from "../../src/config/window.ts";

const berlin = "Europe/Berlin";

function isOpen(cron: string | readonly string[], time: string, timeZone = berlin): boolean {
  const patterns = typeof cron === "string" ? [cron] : cron;
  return compileWindow(patterns, timeZone).isOpenAt(Date.parse(time) / 1000);
}

/** The minutes of a UTC day at which a pattern is open, each asked for. */
function openMinutes(cron: string, day: string): readonly string[] {
  const from = Date.parse(`${day}T00:00:00Z`);
  const { isOpenAt } = compileWindow([cron], berlin);
  return Array.from({ length: 1440 }, (_, minute) => from + minute * 60_000)
    .filter((at) => isOpenAt(at / 1000))
    .map((at) => new Date(at).toISOString().slice(11, 16));
}

/** How many minutes, from which and to which. */
function ends(times: readonly string[]): readonly (string | number | undefined)[] {
  return [times.length, times[0], times.at(-1)];
}

describe("E26: a pattern of five fields", () => {
  test.for([
    ["2026-06-01T05:59:59.999Z", false],
    ["2026-06-01T06:00:00Z", true],
    ["2026-06-01T06:00:37.5Z", true],
    ["2026-06-01T15:59:00Z", true],
    ["2026-06-01T15:59:59.999Z", true],
    ["2026-06-01T16:00:00Z", false],
    // A Sunday.
    ["2026-06-07T10:00:00Z", false],
  ] as const)("from 8 to 17:59 on weekdays, in summer, at %s: %s", ([time, expected]) => {
    expect(isOpen("* 8-17 * * MON-FRI", time)).toBe(expected);
  });

  test("that names one minute is open for all of it", () => {
    expect(isOpen("30 8 * * *", "2026-01-05T07:29:59.9Z")).toBe(false);
    expect(isOpen("30 8 * * *", "2026-01-05T07:30:00Z")).toBe(true);
    expect(isOpen("30 8 * * *", "2026-01-05T07:30:59.9Z")).toBe(true);
    expect(isOpen("30 8 * * *", "2026-01-05T07:31:00Z")).toBe(false);
  });
});

describe("E26: a pattern of six fields", () => {
  test.for([
    ["2026-06-01T06:00:09.999Z", false],
    ["2026-06-01T06:00:10Z", true],
    ["2026-06-01T06:00:19.999Z", true],
    ["2026-06-01T06:00:20Z", false],
  ] as const)("names whole seconds, at %s: %s", ([time, expected]) => {
    expect(isOpen("10-19 * * * * *", time)).toBe(expected);
  });
});

test.for([
  ["2026-06-02T03:00:00Z", false, "a Tuesday in the first week"],
  ["2026-06-07T03:00:00Z", true, "the first Sunday"],
  ["2026-06-14T03:00:00Z", false, "the second Sunday"],
] as const)("E26: a pattern of both day and weekday names the days that are both, at %s: %s", (one) => {
  const [time, expected] = one;
  expect(isOpen("* 2-4 1-7 * SUN", time, "UTC")).toBe(expected);
  expect(isOpen("* * 2-4 1-7 * SUN", time, "UTC")).toBe(expected);
});

test("any of several patterns opens a window", () => {
  const nights = ["* 22-23 * * *", "* 0-5 * * *"];
  expect(isOpen(nights, "2026-01-05T22:30:00Z")).toBe(true);
  expect(isOpen(nights, "2026-01-05T03:00:00Z")).toBe(true);
  expect(isOpen(nights, "2026-01-05T12:00:00Z")).toBe(false);
});

describe("when the clocks of Berlin go forward, on 2026-03-29 at 01:00 UTC from 2 to 3", () => {
  test("office hours stay office hours", () => {
    expect(ends(openMinutes("* 8-17 * * *", "2026-03-28"))).toEqual([600, "07:00", "16:59"]);
    expect(ends(openMinutes("* 8-17 * * *", "2026-03-29"))).toEqual([600, "06:00", "15:59"]);
  });

  test("the hour that is left out is never open, and the next begins at once", () => {
    expect(openMinutes("* 2 * * *", "2026-03-29")).toEqual([]);
    expect(openMinutes("30 2 * * *", "2026-03-29")).toEqual([]);
    expect(ends(openMinutes("* 1-3 29 * *", "2026-03-29"))).toEqual([120, "00:00", "01:59"]);
    expect(isOpen("* 3 * * *", "2026-03-29T00:59:59.999Z")).toBe(false);
    expect(isOpen("* 3 * * *", "2026-03-29T01:00:00Z")).toBe(true);
  });
});

describe("when the clocks of Berlin go back, on 2026-10-25 at 01:00 UTC from 3 to 2", () => {
  test("office hours stay office hours", () => {
    expect(ends(openMinutes("* 8-17 * * *", "2026-10-24"))).toEqual([600, "06:00", "15:59"]);
    expect(ends(openMinutes("* 8-17 * * *", "2026-10-25"))).toEqual([600, "07:00", "16:59"]);
  });

  test("the hour that comes twice is open twice", () => {
    expect(ends(openMinutes("* 2 * * *", "2026-10-25"))).toEqual([120, "00:00", "01:59"]);
    expect(openMinutes("30 2 * * *", "2026-10-25")).toEqual(["00:30", "01:30"]);
    expect(isOpen("* 3 * * *", "2026-10-25T01:59:59.999Z")).toBe(false);
    expect(isOpen("* 3 * * *", "2026-10-25T02:00:00Z")).toBe(true);
  });
});

test("every time zone of the IANA will do, those with half hours too", () => {
  expect(isOpen("* 8 * * *", "2026-06-01T08:30:00Z", "UTC")).toBe(true);
  expect(isOpen("* 8 * * *", "2026-06-01T23:30:00Z", "Asia/Tokyo")).toBe(true);
  expect(isOpen("* 8 * * *", "2026-06-01T02:29:59Z", "Asia/Kolkata")).toBe(false);
  expect(isOpen("* 8 * * *", "2026-06-01T02:30:00Z", "Asia/Kolkata")).toBe(true);
});
