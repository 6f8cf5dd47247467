/** As prom-client names them. */
export const lagStatistics = ["min", "max", "mean", "stddev", "p50", "p90", "p99"] as const;

/** How late timers were, in seconds. */
export type LagSummary = Readonly<Record<(typeof lagStatistics)[number], number>>;

type Sample = { readonly atMs: number; readonly lagSeconds: number };

/** At random: looks start at whole seconds, and a timer that rings in step with them would miss each stall, or see each. */
const SOONEST_MS = 100;
const LATEST_MS = 400;

/** So long a sample counts, whoever reads meanwhile: of two scrapers both see a stall. At most 600 samples fit in. */
const KEPT_MS = 60_000;

/**
 * Measures from here on how late the event loop is, some four times a second, and keeps no process alive. Answers with a function
 * that sums up the last minute; there is nothing to sum up in the first tenths of a second.
 */
export function watchLoopLag(): () => LagSummary | undefined {
  const samples: Sample[] = [];
  const sampleLater = (): void => {
    const delayMs = Math.floor(SOONEST_MS + Math.random() * (LATEST_MS - SOONEST_MS));
    const dueMs = performance.now() + delayMs;
    setTimeout(() => {
      const atMs = performance.now();
      // A timer may fire within the millisecond before it is due.
      samples.push({ atMs, lagSeconds: Math.max(0, atMs - dueMs) / 1000 });
      while ((samples[0]?.atMs ?? atMs) < atMs - KEPT_MS) samples.shift();
      sampleLater();
    }, delayMs).unref();
  };
  sampleLater();
  return () => (samples.length === 0 ? undefined : lagSummary(samples.map(({ lagSeconds }) => lagSeconds)));
}

/** Sums up lags, of which there is at least one. The percentiles are of those that were measured: nothing is interpolated. */
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
