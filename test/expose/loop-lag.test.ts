import { describe, expect, test } from "vitest";

import { lagSummary, watchLoopLag } from "../../src/expose/loop-lag.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";
import { waitFor } from "../support/wait-for.ts";

/** Holds up everything else. */
function block(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

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

  test("of nothing is not a number", () => {
    expect(Object.values(lagSummary([]))).toEqual(Array.from({ length: 7 }, () => NaN));
  });
});

test("what holds up the event loop is told, and told once", async () => {
  const lagSince = watchLoopLag(10);
  block(200);
  const [told, toldAgain] = await waitFor("a lag", () => {
    const summaries = [lagSince(), lagSince()] as const;
    return Number.isFinite(summaries[0].max) && summaries;
  });
  expect(told.max).toBeGreaterThan(0.15);
  expect(toldAgain.max).toBeNaN();
});

test("all lags are shown under the names that prom-client has for them, and it measures none itself", async () => {
  const registry = processRegistry();
  const text = await registry.metrics();
  const shown = [...text.matchAll(/^nodejs_eventloop_lag_(\w+)_seconds (\S+)$/gm)].map(
    ([, statistic, value]) => [statistic, value],
  );
  // Nothing was measured within the first second; prom-client's own minimum would be 9223372036.
  expect(shown).toEqual(["min", "max", "mean", "stddev", "p50", "p90", "p99"].map((name) => [name, "Nan"]));
  await waitFor("a turn of the loop", async () =>
    /^nodejs_eventloop_lag_seconds 0\.\d+$/m.test(await registry.metrics()),
  );
});
