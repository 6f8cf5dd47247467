/** How late timers were, in seconds. Where none was due yet, nothing is a number. */
export type LagSummary = Readonly<Record<"min" | "max" | "mean" | "stddev" | "p50" | "p90" | "p99", number>>;

/** More often would cost: at ten milliseconds, a process that does nothing else spends 0.5 % of a core on it. */
const EVERY_MS = 1000;

/** As many as in ten minutes without a scrape; older ones are forgotten. */
const MOST_SAMPLES = 600;

/**
 * Measures from here on how late the event loop is, and keeps no process alive. Answers with a function that sums up what came
 * since it was last called.
 */
export function watchLoopLag(everyMs = EVERY_MS): () => LagSummary {
  let lags: number[] = [];
  let lastMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    // A timer may fire within the millisecond before it is due.
    lags.push(Math.max(0, nowMs - lastMs - everyMs) / 1000);
    if (lags.length > MOST_SAMPLES) lags.shift();
    lastMs = nowMs;
  }, everyMs).unref();
  return () => {
    const summary = lagSummary(lags);
    lags = [];
    return summary;
  };
}

/** Sums up lags. The percentiles are of those that were measured: nothing is interpolated. */
export function lagSummary(lags: readonly number[]): LagSummary {
  const sorted = lags.toSorted((a, b) => a - b);
  const { length } = sorted;
  const mean = sum(sorted) / length;
  const variance = sum(sorted.map((lag) => (lag - mean) ** 2)) / length;
  const percentile = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * length) - 1)] ?? Number.NaN;
  return {
    min: percentile(0),
    max: percentile(100),
    mean,
    stddev: Math.sqrt(variance),
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
