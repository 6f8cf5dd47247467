import type { Family, HistogramSample, Sample } from "../../src/expose/family.ts";
import { metrics } from "../../src/expose/metrics.ts";
import type { View } from "../../src/expose/view.ts";

/** A sample of a metric that is no histogram. */
export type PlainSample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** The samples of a metric, with all the labels that the page shows. */
export function samplesIn(family: Family, view: View): readonly (Sample | HistogramSample)[] {
  if (family.of === "process") return family.samples(view);
  return view.servers.flatMap((server) =>
    family
      .samples(server)
      .map((sample) => ({ ...sample, labels: { server: server.server, ...sample.labels } })),
  );
}

/** What a metric says of a view. */
export function samplesOf(name: string, view: View): readonly PlainSample[] {
  const family = metrics.find((metric) => metric.name === name);
  if (family === undefined || family.type === "histogram") throw new Error(`no such plain metric: ${name}`);
  return samplesIn(family, view).flatMap((sample) => ("value" in sample ? [sample] : []));
}

/** The value of the first sample with these labels; `undefined` without one. */
export function valueOf(
  name: string,
  view: View,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const fits = (sample: PlainSample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
  return samplesOf(name, view).find(fits)?.value;
}

/** Samples as rows: the values of these labels, then the value. */
export function rowsOf(
  name: string,
  view: View,
  ...labels: readonly string[]
): readonly (string | number)[][] {
  return samplesOf(name, view).map((sample) => [
    ...labels.map((label) => sample.labels[label] ?? "absent"),
    sample.value,
  ]);
}
