import type { DurationHistogram } from "../classify/tally.ts";
import type { Interval } from "../classify/forecast/interval.ts";
import type { Labels } from "./label-budget.ts";
import type { Report } from "./report.ts";
import type { ServerView, View } from "./view.ts";

export type Sample = { readonly labels: Labels; readonly value: number };

export type HistogramSample = { readonly labels: Labels; readonly histogram: DurationHistogram };

type About = {
  readonly name: string;
  /** Says what it is and which column or setting it comes from. */
  readonly help: string;
  readonly labels: readonly string[];
};

/** One metric: its name, its meaning, and how it is filled from the view. */
export type Family =
  | (About & { readonly type: "gauge" | "counter"; samples(view: View): readonly Sample[] })
  | (About & { readonly type: "histogram"; samples(view: View): readonly HistogramSample[] });

/** One sample without labels of its own. */
export function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

/** A gauge of each server; the label `server` comes from here and nowhere else. */
export function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (server: ServerView) => readonly Sample[],
): Family {
  return {
    name,
    type: "gauge",
    help,
    labels: ["server", ...labels],
    samples: (view) => ofServers(view, samples),
  };
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
  return {
    name,
    type: "counter",
    help,
    labels: ["server", ...labels],
    samples: (view) => ofServers(view, samples),
  };
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
    const key = JSON.stringify(Object.values(sample.labels));
    byLabels.set(key, { ...sample, value: (byLabels.get(key)?.value ?? 0) + sample.value });
  }
  return [...byLabels.values()];
}

function ofServers(view: View, samples: (server: ServerView) => readonly Sample[]): readonly Sample[] {
  return view.servers.flatMap((server) =>
    samples(server).map(({ labels, value }) => ({ labels: { server: server.server, ...labels }, value })),
  );
}
