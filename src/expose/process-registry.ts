import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { lagStatistics, watchLoopLag } from "./loop-lag.ts";

/** Named `_total` while they are gauges, so `promtool check metrics` refuses them; none says anything about leaks. */
const misnamedDefaults = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** As long as a timer can wait. */
const NEVER_MS = 2 ** 31 - 1;

/** The metrics of our own process (prom-client's defaults), in a registry of their own: the global one is everybody's. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of misnamedDefaults) registry.removeSingleMetric(name);
  measureLoopLag(registry);
  return registry;
}

/**
 * Fills the metrics of the event loop's lag as `watchLoopLag` measures it. prom-client wakes the process a hundred times a second
 * for them, which costs more than all looks and scrapes, and goes through 0.5 MB of counters for each page.
 */
function measureLoopLag(registry: Registry): void {
  const summedUp = watchLoopLag();
  const lagNow = gaugeOf(registry, "nodejs_eventloop_lag_seconds");
  const statistics = lagStatistics.map((statistic) => {
    const gauge = gaugeOf(registry, `nodejs_eventloop_lag_${statistic}_seconds`);
    // Until something was measured there is no sample: a zero would say that no timer was late.
    gauge.remove();
    return { statistic, gauge };
  });
  const collect = (): void => {
    const askedMs = performance.now();
    setImmediate(() => lagNow.set((performance.now() - askedMs) / 1000));
    const summary = summedUp();
    if (summary === undefined) return;
    for (const { statistic, gauge } of statistics) gauge.set(summary[statistic]);
  };
  Object.assign(lagNow, { collect });
}

function gaugeOf(registry: Registry, name: string): Gauge {
  const metric = registry.getSingleMetric(name);
  if (!(metric instanceof Gauge)) throw new Error(`prom-client has no gauge ${name}`);
  return metric;
}
