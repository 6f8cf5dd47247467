import { metrics } from "../../src/expose/metrics.ts";
import type { View } from "../../src/expose/view.ts";

/** A sample of a metric that is no histogram. */
export type PlainSample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** What a metric says of a view. */
export function samplesOf(name: string, view: View): readonly PlainSample[] {
  const family = metrics.find((metric) => metric.name === name);
  if (family === undefined || family.type === "histogram") throw new Error(`no such plain metric: ${name}`);
  return family.samples(view);
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
