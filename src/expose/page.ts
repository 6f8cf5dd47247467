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
 * a new registry each time, so that no series outlives what it stood for. Hundreds of servers make a page of megabytes, so
 * looks and other requests get their turn in between.
 */
export async function renderPage(view: View, ownProcess: Registry): Promise<string> {
  const families: string[] = [];
  const breathe = breather();
  for (const family of metrics) families.push(await render(family, view, breathe));
  // prom-client writes "Nan", which only a reader that ignores case takes for a number.
  const own = (await ownProcess.metrics()).replaceAll(/ Nan$/gm, " NaN");
  return `${families.join("\n\n")}\n${own}`;
}

const SERVERS_AT_ONCE = 20;

/** A part for some servers after the other, under the one header. */
async function render(family: Family, view: View, breathe: () => Promise<void>): Promise<string> {
  const parts: string[] = [];
  for (const servers of family.labels.includes("server") ? inParts(view.servers) : [view.servers]) {
    await breathe();
    const part = await renderPart(family, { ...view, servers });
    parts.push(parts.length === 0 ? part : withoutHeader(part));
  }
  return parts.filter((part) => part !== "").join("\n");
}

function inParts(servers: View["servers"]): readonly View["servers"][] {
  const count = Math.max(1, Math.ceil(servers.length / SERVERS_AT_ONCE));
  return Array.from({ length: count }, (_, index) =>
    servers.slice(index * SERVERS_AT_ONCE, (index + 1) * SERVERS_AT_ONCE),
  );
}

async function renderPart(family: Family, view: View): Promise<string> {
  const { name, help, labels, type } = family;
  const registry = new Registry();
  const values =
    family.type === "histogram"
      ? family.samples(view).flatMap((sample) => lines(name, sample))
      : family.samples(view);
  // prom-client would keep the values under keys that run names and values of labels together, so that one holder
  // could take another's series by its name. So each metric answers with the samples as they are.
  const metric = new Gauge({ name, help, labelNames: labels, registers: [registry] });
  Object.assign(metric, { get: () => Promise.resolve({ name, help, type, values }) });
  return await registry.getSingleMetricAsString(name);
}

/** HELP and TYPE are a line each. */
function withoutHeader(text: string): string {
  return text.split("\n").slice(2).join("\n");
}

/** So long may nothing else go on. */
const LONGEST_STRETCH_MS = 5;

/** Lets others have their turn whenever that is due. */
function breather(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < LONGEST_STRETCH_MS) return;
    await new Promise((resolve) => void setImmediate(resolve));
    sinceMs = performance.now();
  };
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
