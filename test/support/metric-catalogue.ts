import { readFile } from "node:fs/promises";

import { metrics } from "../../src/expose/metrics.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";

export type CataloguedMetric = {
  readonly name: string;
  readonly type: string;
  /** Those of the metric itself, `server` among them. */
  readonly labels: readonly string[];
};

/** Every series name of a page: those of pgleash and of its process. A histogram has three. */
export async function seriesNames(): Promise<ReadonlyMap<string, CataloguedMetric>> {
  const ofProcess = await processRegistry().getMetricsAsJSON();
  const all: readonly CataloguedMetric[] = [
    ...metrics,
    ...ofProcess.map(({ name, type }) => ({ name, type: String(type), labels: [] })),
  ];
  return new Map(all.flatMap((metric) => namesOf(metric).map((name) => [name, labelled(metric, name)])));
}

function namesOf({ name, type }: CataloguedMetric): readonly string[] {
  return type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name];
}

function labelled(metric: CataloguedMetric, seriesName: string): CataloguedMetric {
  return seriesName.endsWith("_bucket") ? { ...metric, labels: [...metric.labels, "le"] } : metric;
}

/** The values of the labels that have a closed set of them; by metric where they differ. Read from `docs/metrics.md`. */
export async function closedValues(): Promise<
  (metric: string, label: string) => readonly string[] | undefined
> {
  const docs = await readFile(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const closed = docs.slice(docs.indexOf("## Labels"), docs.indexOf("The others:"));
  const rows = [...closed.matchAll(/^\| `(\w+)`(?: of `(\w+)`)? \| (.*) \|$/gm)];
  return (metric, label) => {
    const row = rows.find(([, name, of]) => name === label && (of === undefined || of === metric));
    return row?.[3]?.split(", ").map((value) => value.replaceAll("`", ""));
  };
}
