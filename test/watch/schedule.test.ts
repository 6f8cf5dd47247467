import { describe, expect, onTestFinished, test, vi } from "vitest";

import { startSchedule, timingOf } from "../../src/watch/schedule.ts";
import { waitFor } from "../support/wait-for.ts";

// No zone: a pattern is read in the time zone of the process, whatever that is.
const mondayNoon = new Date("2026-11-16T12:00:00");

describe("the timing", () => {
  test.for([
    { everySeconds: 1, gapSeconds: 30 },
    { everySeconds: 10, gapSeconds: 30 },
    { everySeconds: 11, gapSeconds: 33 },
    { everySeconds: 300, gapSeconds: 900 },
  ])("of looks every $everySeconds s has a gap of $gapSeconds s", ({ everySeconds, gapSeconds }) => {
    expect(timingOf({ everySeconds }, mondayNoon)).toEqual({ intervalSeconds: everySeconds, gapSeconds });
  });

  test.for([
    { what: "every ten seconds", cron: "*/10 * * * * *", intervalSeconds: 10, gapSeconds: 30 },
    { what: "every minute", cron: "0 * * * * *", intervalSeconds: 60, gapSeconds: 180 },
    { what: "twice an hour, unevenly", cron: "0 0,10 * * * *", intervalSeconds: 3000, gapSeconds: 4200 },
  ])(
    "of a pattern that runs $what ends with the third planned look",
    ({ cron, intervalSeconds, gapSeconds }) => {
      expect(timingOf({ cron }, mondayNoon)).toEqual({ intervalSeconds, gapSeconds });
    },
  );

  test("of a pattern for working hours is short within them, whenever the file was loaded", () => {
    const cron = "0 */5 8-18 * * MON-FRI";
    expect(timingOf({ cron }, mondayNoon)).toEqual({ intervalSeconds: 300, gapSeconds: 900 });
    expect(timingOf({ cron }, new Date("2026-11-20T17:50:00"))).toEqual({
      intervalSeconds: 300,
      gapSeconds: 900,
    });
  });
});

test.for([{ everySeconds: 1 }, { cron: "* * * * * *" }])(
  "a run that finds the one before still going is left out: %j",
  async (plan) => {
    let going = 0;
    let most = 0;
    let runs = 0;
    let release: (() => void) | undefined;
    const schedule = startSchedule(plan, 0, async () => {
      runs += 1;
      going += 1;
      most = Math.max(most, going);
      await new Promise<void>((resolve) => (release = resolve));
      going -= 1;
    });
    try {
      await waitFor("the first run", () => runs === 1);
      const startedMs = Date.now();
      await waitFor("two ticks in which nothing may start", () => Date.now() - startedMs > 2100);
      expect(runs).toBe(1);
      release?.();
      await waitFor("the run after it", () => runs === 2);
      expect(most).toBe(1);
    } finally {
      schedule.stop();
      release?.();
    }
  },
);

test("a task that runs every second starts about that often", async () => {
  const starts: number[] = [];
  const schedule = startSchedule({ everySeconds: 1 }, 0, () => Promise.resolve(void starts.push(Date.now())));
  try {
    await waitFor("four runs", () => starts.length === 4);
    const spanMs = (starts[3] ?? 0) - (starts[0] ?? 0);
    expect(spanMs).toBeGreaterThan(2000);
    expect(spanMs).toBeLessThan(8000);
  } finally {
    schedule.stop();
  }
});

test("a stopped schedule starts nothing more", async () => {
  let runs = 0;
  const schedule = startSchedule({ everySeconds: 1 }, 0, () => Promise.resolve(void (runs += 1)));
  await waitFor("the first run", () => runs === 1);
  schedule.stop();
  const stoppedMs = Date.now();
  await waitFor("the tick that must not come", () => Date.now() - stoppedMs > 1500);
  expect(runs).toBe(1);
});

/** When each run began, in milliseconds of the fake clock. */
async function startsOf(
  phase: number,
  seconds: number,
  task: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly number[]> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const starts: number[] = [];
  const schedule = startSchedule({ everySeconds: 10 }, phase, () => {
    starts.push(performance.now());
    return task();
  });
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  schedule.stop();
  return starts;
}

describe("the runs of an interval", () => {
  test.for([0, 0.25, 0.999])("are where the phase %d says, without drift", async (phase) => {
    const starts = await startsOf(phase, 1000);
    expect(starts.length).toBeGreaterThanOrEqual(99);
    for (const start of starts) expect(Math.abs((start % 10_000) - phase * 10_000)).toBeLessThan(2);
  });

  test("that come later than planned do not move the next ones", async () => {
    let waits = 0;
    const late = (): Promise<void> => {
      waits += 1;
      return waits === 2 ? new Promise((resolve) => void setTimeout(resolve, 25_000)) : Promise.resolve();
    };
    const starts = await startsOf(0.5, 80, late);
    expect(starts.map((start) => Math.round(start / 1000))).toEqual([5, 15, 45, 55, 65, 75]);
  });
});
