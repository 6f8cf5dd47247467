import { Gauge, Registry } from "prom-client";

import { durationBuckets } from "../../src/classify/tally.ts";
import type { Family, HistogramSample, Sample } from "../../src/expose/family.ts";
import type { View } from "../../src/expose/view.ts";
import { samplesIn } from "./a-metric.ts";

/** What prom-client writes of these metrics: an opinion that is not ours on what a page looks like. */
export async function promClientPage(families: readonly Family[], view: View): Promise<string> {
  const registry = new Registry();
  for (const family of families) {
    const { name, help, type } = family;
    const values = samplesIn(family, view).flatMap((sample) => lines(name, sample));
    const metric = new Gauge({ name, help, labelNames: family.labels, registers: [registry] });
    Object.assign(metric, { get: () => Promise.resolve({ name, help, type, values }) });
  }
  // Go reads its "Nan" as well, but the format says NaN. Each line ends with its value: line feeds in labels are escapes.
  return (await registry.metrics()).replaceAll(/ Nan$/gm, " NaN");
}

type Line = { readonly metricName: string; readonly labels: Sample["labels"]; readonly value: number };

function lines(name: string, sample: Sample | HistogramSample): readonly Line[] {
  if ("value" in sample) return [{ metricName: name, ...sample }];
  const { labels, histogram } = sample;
  const bounds = [...durationBuckets.map(String), "+Inf"];
  const counts = [...histogram.counts, histogram.count];
  return [
    ...counts.map((value, index) => {
      return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? "" }, value };
    }),
    { metricName: `${name}_sum`, labels, value: histogram.sumSeconds },
    { metricName: `${name}_count`, labels, value: histogram.count },
  ];
}
