import type { DurationHistogram } from "../classify/tally.ts";
import type { Interval } from "../classify/forecast/interval.ts";
import { keyOf, type Labels } from "./label-budget.ts";
import type { Report } from "./report.ts";
import type { ServerView, View } from "./view.ts";

export type Sample = { readonly labels: Labels; readonly value: number };

export type HistogramSample = { readonly labels: Labels; readonly histogram: DurationHistogram };

/** What a metric is called, and what it means. */
export type About = {
  readonly name: string;
  /** Says what it is and which column or setting it comes from. */
  readonly help: string;
  readonly labels: readonly string[];
};

/** How a metric is filled from what it is about. */
export type Filled<Subject> =
  | { readonly type: "gauge" | "counter"; samples(subject: Subject): readonly Sample[] }
  | { readonly type: "histogram"; samples(subject: Subject): readonly HistogramSample[] };

/** A metric of the whole process. */
export type ProcessFamily = About & { readonly of: "process" } & Filled<View>;

/** A metric of each server. Its first label is `server`, which the page adds and no sample has. */
export type ServerFamily = About & { readonly of: "server" } & Filled<ServerView>;

/** One metric: its name, its meaning, and how it is filled. */
export type Family = ProcessFamily | ServerFamily;

/** One sample without labels of its own. */
export function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

/** A gauge of each server. */
export function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (server: ServerView) => readonly Sample[],
): Family {
  return { of: "server", type: "gauge", name, help, labels: ["server", ...labels], samples };
}

/** A gauge that lives as long as the snapshot it comes from: it is gone while the last look failed. */
export function snapshotGauge(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (report: Report, server: ServerView) => readonly Sample[],
): Family {
  return gauge(name, help, labels, (server) =>
    server.report === null ? [] : samples(server.report, server),
  );
}

/** A counter of each server. */
export function counter(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (server: ServerView) => readonly Sample[],
): Family {
  return { of: "server", type: "counter", name, help, labels: ["server", ...labels], samples };
}

/** A counter that the server keeps: like everything of a snapshot, it is gone while the last look failed. */
export function snapshotCounter(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (report: Report, server: ServerView) => readonly Sample[],
): Family {
  return counter(name, help, labels, (server) =>
    server.report === null ? [] : samples(server.report, server),
  );
}

/** An estimate and its bounds: a sample each, told apart by the label `bound`. */
export function intervalSamples(labels: Labels, { estimate, lower, upper }: Interval): readonly Sample[] {
  return Object.entries({ estimate, lower, upper }).map(([bound, value]) => ({
    labels: { ...labels, bound },
    value,
  }));
}

/** Adds samples with equal labels up, so that folded names never make a series twice. */
export function summed(samples: readonly Sample[]): readonly Sample[] {
  const byLabels = new Map<string, Sample>();
  for (const sample of samples) {
    const key = keyOf(sample.labels);
    const before = byLabels.get(key);
    byLabels.set(key, before === undefined ? sample : { ...sample, value: before.value + sample.value });
  }
  return [...byLabels.values()];
}
