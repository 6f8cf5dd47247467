import { describe, expect, test } from "vitest";

import { isTimeForQuickLook, paceAfter, type CallPace } from "../../src/watch/call-pace.ts";

const never: CallPace = { calledFor: 0, lastBeganMs: -Infinity };

/** When looks out of turn begin, in seconds, if every quick look calls for one: looks by plan come at 0, and then every so often. */
function callsOf(everySeconds: number, untilSeconds: number): readonly number[] {
  const calls: number[] = [];
  let pace = never;
  for (let half = 0; half < 2 * untilSeconds; half += 1) {
    const nowMs = half * 500;
    const isPlanned = half % (2 * everySeconds) === 0;
    const isQuick = half % 2 === 1;
    const isCalled = isQuick && isTimeForQuickLook(pace, 1, nowMs);
    if (isCalled) calls.push(nowMs / 1000);
    if (isPlanned || isCalled) pace = paceAfter(pace, isCalled, nowMs);
  }
  return calls;
}

describe("quick looks every second", () => {
  test("that call for a look each time call after one, two, four and eight seconds, until the next look by plan", () => {
    expect(callsOf(30, 30)).toEqual([0.5, 2.5, 6.5, 14.5]);
  });

  test.for([
    [10, 3],
    [15, 4],
    [60, 5],
    [300, 8],
  ] as const)("call for few looks between two that are %d s apart: at most %d", ([everySeconds, most]) => {
    expect(callsOf(everySeconds, everySeconds)).toHaveLength(most);
  });
});

test("a look by plan begins the row anew", () => {
  const called = paceAfter(paceAfter(never, true, 1000), true, 3000);
  expect(called).toEqual({ calledFor: 2, lastBeganMs: 3000 });
  expect(paceAfter(called, false, 4000)).toEqual({ calledFor: 0, lastBeganMs: 4000 });
});

test("no quick look comes right behind a look", () => {
  const pace = paceAfter(never, false, 1000);
  expect(isTimeForQuickLook(pace, 1, 1499)).toBe(false);
  expect(isTimeForQuickLook(pace, 1, 1500)).toBe(true);
});
