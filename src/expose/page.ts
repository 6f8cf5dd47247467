import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { durationBuckets } from "../classify/tally.ts";
import type { Family, HistogramSample } from "./family.ts";
import type { Labels } from "./label-budget.ts";
import { metrics } from "./metrics.ts";
import type { View } from "./view.ts";

/** Content-Type of the page. Prometheus 3 refuses a page without a known one. */
export const pageContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Named `_total` while they are gauges, so `promtool check metrics` refuses them; none says anything about leaks. */
const misnamedDefaults = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** The metrics of our own process (prom-client's defaults), in a registry of their own: the global one is everybody's. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamedDefaults) registry.removeSingleMetric(name);
  return registry;
}

/**
 * The text of `/metrics` (exposition format 0.0.4). The values live in the view; prom-client only writes them down, in
 * a new registry each time, so that no series outlives what it stood for.
 */
export async function renderPage(view: View, ownProcess: Registry): Promise<string> {
  const registry = new Registry();
  for (const family of metrics) register(registry, family, view);
  // prom-client writes "Nan", which only a reader that ignores case takes for a number.
  const own = (await ownProcess.metrics()).replaceAll(/ Nan$/gm, " NaN");
  return `${await registry.metrics()}${own}`;
}

function register(registry: Registry, family: Family, view: View): void {
  const { name, help, labels, type } = family;
  const values =
    family.type === "histogram"
      ? family.samples(view).flatMap((sample) => lines(name, sample))
      : family.samples(view);
  // prom-client would keep the values under keys that run names and values of labels together, so that one holder
  // could take another's series by its name. So each metric answers with the samples as they are.
  const metric = new Gauge({ name, help, labelNames: labels, registers: [registry] });
  Object.assign(metric, { get: () => Promise.resolve({ name, help, type, values }) });
}

type Line = { readonly metricName: string; readonly labels: Labels; readonly value: number };

function lines(name: string, { labels, histogram }: HistogramSample): readonly Line[] {
  const buckets = histogram.counts.map((value, index) => {
    const le = String(durationBuckets[index]);
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: histogram.count },
    { metricName: `${name}_sum`, labels, value: histogram.sumSeconds },
    { metricName: `${name}_count`, labels, value: histogram.count },
  ];
}
