import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { durationBuckets } from "../classify/tally.ts";
import type { Family, HistogramSample, Labels } from "./family.ts";
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
  return `${await registry.metrics()}${await ownProcess.metrics()}`;
}

function register(registry: Registry, family: Family, view: View): void {
  const about = { name: family.name, help: family.help, labelNames: family.labels, registers: [registry] };
  if (family.type === "histogram") {
    const metric = new Histogram({ ...about, buckets: [...durationBuckets] });
    const values = family.samples(view).flatMap((sample) => lines(family.name, sample));
    // prom-client can only observe; a histogram that is a value already has to answer in its place.
    Object.assign(metric, { getForPromString: async () => ({ ...(await metric.get()), values }) });
    return;
  }
  if (family.type === "gauge") {
    const gauge = new Gauge(about);
    for (const { labels, value } of family.samples(view)) gauge.set({ ...labels }, value);
    return;
  }
  const counter = new Counter(about);
  for (const { labels, value } of family.samples(view)) counter.inc({ ...labels }, value);
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
