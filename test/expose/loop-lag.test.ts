import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { lagStatistics, lagSummary, watchLoopLag } from "../../src/expose/loop-lag.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";
import { waitFor } from "../support/wait-for.ts";

describe("a summary of lags", () => {
  test("has what was measured, and nothing in between", () => {
    const lags = [0.4, 0.1, 0.2, 0.3];
    const { mean, stddev, ...measured } = lagSummary(lags);
    expect(measured).toEqual({ min: 0.1, max: 0.4, p50: 0.2, p90: 0.4, p99: 0.4 });
    expect(mean).toBeCloseTo(0.25);
    expect(stddev).toBeCloseTo(Math.sqrt(0.0125));
  });

  test("tells the percentiles of a hundred apart", () => {
    const { p50, p90, p99, max } = lagSummary(Array.from({ length: 100 }, (_, index) => 100 - index));
    expect([p50, p90, p99, max]).toEqual([50, 90, 99, 100]);
  });
});

describe("the lag of an event loop", () => {
  let nowMs = 0;

  beforeEach(() => {
    nowMs = 0;
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval"] });
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  function goOn(ms: number): void {
    for (const endMs = nowMs + ms; nowMs < endMs;) {
      nowMs += 1;
      vi.advanceTimersByTime(1);
    }
  }

  /** What was due meanwhile rings at the end of it. */
  function stall(ms: number): void {
    nowMs += ms;
    vi.advanceTimersByTime(ms);
  }

  test("is seen where it comes at whole seconds, as looks do", () => {
    const summedUp = watchLoopLag();
    for (let second = 0; second < 50; second += 1) {
      goOn(700);
      stall(200);
      goOn(100);
    }
    expect(summedUp()?.max).toBeGreaterThan(0.1);
    expect(summedUp()?.p50).toBe(0);
  });

  test("is told to everybody who asks within a minute, and to nobody later", () => {
    const summedUp = watchLoopLag();
    goOn(50);
    stall(1000);
    const told = summedUp();
    expect(told?.max).toBeGreaterThan(0.6);
    expect(summedUp()).toEqual(told);
    goOn(58_000);
    expect(summedUp()?.max).toBe(told?.max);
    goOn(3000);
    expect(summedUp()?.max).toBe(0);
  });

  test("is told of a process that stood still for longer than that", () => {
    const summedUp = watchLoopLag();
    stall(120_000);
    expect(summedUp()?.max).toBeGreaterThan(100);
  });

  test("is nothing before the first timer was due", () => {
    const summedUp = watchLoopLag();
    goOn(90);
    expect(summedUp()).toBeUndefined();
    goOn(400);
    expect(summedUp()).toBeDefined();
  });
});

test("lags are shown under the names that prom-client has for them, once there are any, and it measures none itself", async () => {
  const registry = processRegistry();
  const lags = /^nodejs_eventloop_lag_(\w+)_seconds (\S+)$/gm;
  // prom-client's own minimum would be 9223372036 here.
  expect(await registry.metrics()).not.toMatch(lags);
  const shown = await waitFor("a lag", async () => {
    const matches = [...(await registry.metrics()).matchAll(lags)];
    return matches.length > 0 && matches;
  });
  expect(shown.map(([, statistic]) => statistic)).toEqual([...lagStatistics]);
  for (const [, , seconds] of shown) expect(Number(seconds)).toBeLessThan(60);
  expect(await registry.metrics()).toMatch(/^nodejs_eventloop_lag_seconds 0\.\d+$/m);
});
