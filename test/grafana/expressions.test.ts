import { beforeAll, describe, expect, test } from "vitest";

import { metrics } from "../../src/expose/metrics.ts";
import { expressionsOf, shippedDashboards, withValues } from "../support/dashboards.ts";
import { closedValues, seriesNames, type CataloguedMetric } from "../support/metric-catalogue.ts";
import { groupingsOf, readingsOf, type Grouping, type Reading } from "../support/promql-structure.ts";
import { mistakesOf, type Matcher } from "../support/promql.ts";

/** What Prometheus says of its targets and alerts itself, with the labels that it gives them. */
const ofPrometheus = new Map([
  ["up", []],
  ["ALERTS", ["alertname", "alertstate", "severity", "server"]],
]);

/** The labels of a scrape. */
const ofTarget = ["job", "instance"];

/** Metrics of pgleash that are on no dashboard, each for a reason. */
const notShown: readonly string[] = [];

type Placed<T> = T & { readonly place: string };

let expressions: readonly Placed<{ readonly expr: string; readonly isForPanel: boolean }>[] = [];
let readings: readonly Placed<Reading>[] = [];
let groupings: readonly Placed<Grouping>[] = [];
let catalogue: ReadonlyMap<string, CataloguedMetric> = new Map();
let valuesOf: (metric: string, label: string) => readonly string[] | undefined = () => undefined;

beforeAll(async () => {
  const asked = (await shippedDashboards()).flatMap(expressionsOf);
  expressions = asked.map((one) => ({ ...one, expr: withValues(one.expr) }));
  readings = expressions.flatMap(({ place, expr }) => readingsOf(expr).map((one) => ({ ...one, place })));
  groupings = expressions.flatMap(({ place, expr }) => groupingsOf(expr).map((one) => ({ ...one, place })));
  catalogue = await seriesNames();
  valuesOf = await closedValues();
});

function labelsOf(metric: string): readonly string[] {
  const own = ofPrometheus.get(metric) ?? catalogue.get(metric)?.labels ?? [];
  return [...own, ...ofTarget];
}

function isOfServer({ metric }: Reading): boolean {
  return catalogue.get(metric)?.labels.includes("server") === true;
}

function isCounter({ metric }: Reading): boolean {
  const type = catalogue.get(metric)?.type;
  return type === "counter" || type === "histogram";
}

function gauges(): readonly Placed<Reading>[] {
  return readings.filter((reading) => catalogue.get(reading.metric)?.type === "gauge" && isOfServer(reading));
}

/** Whether some value of a label with a closed set of them fits, and each alternative does. */
function isPossible(metric: string, { label, value }: Matcher): boolean {
  const values = valuesOf(metric, label);
  if (values === undefined) return true;
  const parts = value.includes("*") ? [value] : value.split("|");
  return parts.every((part) => values.some((known) => new RegExp(`^(?:${part})$`).test(known)));
}

function isOfTheChosen(reading: Reading): boolean {
  const chosen = reading.matchers
    .filter(({ operator, value }) => operator === "=~" && value === ".+")
    .map(({ label }) => label);
  return [...ofTarget, ...(isOfServer(reading) ? ["server"] : [])].every((label) => chosen.includes(label));
}

function keepsOwnLabels({ metric, matchers, keptLabels }: Reading): boolean {
  const pinned = matchers.filter(({ operator }) => operator === "=").map(({ label }) => label);
  const own = catalogue.get(metric)?.labels.filter((label) => !pinned.includes(label)) ?? [];
  return own.every((label) => keptLabels?.includes(label));
}

/** Where this is not so, and of which metric: nowhere. */
function exceptions(
  among: readonly Placed<Reading>[],
  isSo: (reading: Reading) => boolean,
): readonly string[] {
  expect(among.length).toBeGreaterThan(0);
  return among.filter((reading) => !isSo(reading)).map(({ place, metric }) => `${place}: ${metric}`);
}

describe("an expression", () => {
  test("parses once its variables have values", () => {
    expect(expressions.length).toBeGreaterThan(100);
    expect(expressions.filter(({ expr }) => mistakesOf(expr).length > 0 || expr.includes("$job"))).toEqual(
      [],
    );
    expect(expressions.filter(({ expr }) => readingsOf(expr).length === 0)).toEqual([]);
  });

  test("reads metrics that exist", () => {
    expect(exceptions(readings, ({ metric }) => catalogue.has(metric) || ofPrometheus.has(metric))).toEqual(
      [],
    );
  });

  test("matches labels that the metric has", () => {
    const unknown = exceptions(readings, ({ metric, matchers }) =>
      matchers.every(({ label }) => labelsOf(metric).includes(label)),
    );
    expect(unknown).toEqual([]);
  });

  test("groups and joins by labels that one of its metrics has", () => {
    const unknown = groupings.flatMap(({ labels, metrics: among, made, place }) =>
      labels
        .filter((label) => ![...among.flatMap(labelsOf), ...made].includes(label))
        .map((label) => `${place}: ${label}`),
    );
    expect(unknown).toEqual([]);
  });

  test("asks for values that a label with a closed set of them has", () => {
    expect(valuesOf("pgleash_suspects", "severity")).toEqual(["suspect", "leaked"]);
    expect(
      exceptions(readings, ({ metric, matchers }) =>
        matchers.every((matcher) => isPossible(metric, matcher)),
      ),
    ).toEqual([]);
  });

  test("is of the chosen processes, and of the chosen servers where the metric has any", () => {
    // Rules may run where jobs and instances have other names.
    const own = readings.filter(({ metric }) => metric !== "ALERTS");
    expect(exceptions(own, isOfTheChosen)).toEqual([]);
  });

  test("counts over the step in what is drawn over time, and over all that is shown in what is not", async () => {
    const targets = (await shippedDashboards())
      .flatMap(({ panels }) => panels)
      .flatMap(({ targets: asked = [] }) => asked);
    expect(targets.filter(({ instant, expr }) => instant && expr.includes("$__rate_interval"))).toEqual([]);
    expect(targets.filter(({ range, expr }) => range && expr.includes("$__range"))).toEqual([]);
  });
});

describe("a counter", () => {
  test("is always asked how it grows, and nothing else is", () => {
    const growth = ["rate", "increase"];
    expect(exceptions(readings, (one) => growth.includes(one.within[0] ?? "") === isCounter(one))).toEqual(
      [],
    );
  });

  test("is asked so over an interval of Grafana's, never over a fixed one", () => {
    const counters = readings.filter(isCounter);
    expect(exceptions(counters, ({ range }) => range === "4m" || range === "6h")).toEqual([]);
  });

  test("is added up by labels that say what is counted", () => {
    const counters = readings.filter((one) => isCounter(one) && isOfServer(one));
    expect(exceptions(counters, ({ keptLabels }) => keptLabels !== null)).toEqual([]);
    expect(exceptions(counters, ({ within }) => ["sum", "max"].includes(within[1] ?? ""))).toEqual([]);
  });

  test("of the server itself is the same for every process: the greatest stands for all", () => {
    const ofServer = readings.filter(({ metric }) => metric === "pgleash_database_sessions_ended_total");
    expect(exceptions(ofServer, ({ within }) => within[1] === "max")).toEqual([]);
  });

  test("in buckets becomes a quantile", () => {
    const buckets = readings.filter(({ metric }) => metric.endsWith("_bucket"));
    expect(exceptions(buckets, ({ within }) => within.includes("histogram_quantile"))).toEqual([]);
  });
});

/** Whether the greatest or the least of all processes stands for each, be it now or as last seen. */
function isOne({ within }: Reading): boolean {
  return ["max", "min"].includes(within.find((call) => call !== "last_over_time") ?? "");
}

describe("a gauge of a server", () => {
  test("is the same for every process that looks: the greatest or the least stands for all", () => {
    expect(exceptions(gauges(), isOne)).toEqual([]);
  });

  test("keeps all of its labels in that, but those of which one value is asked for", () => {
    expect(exceptions(gauges(), keepsOwnLabels)).toEqual([]);
  });

  test("keeps neither job nor instance", () => {
    const keepsNone = exceptions(gauges(), ({ keptLabels }) =>
      ofTarget.every((label) => keptLabels?.includes(label) === false),
    );
    expect(keepsNone).toEqual([]);
  });
});

test("metrics that any program may have are only read of processes that are pgleash", () => {
  const ofAnybody = readings.filter(({ metric }) => metric === "up" || /^(?:process|nodejs)_/.test(metric));
  expect(new Set(ofAnybody.map(({ metric }) => metric)).size).toBe(4);
  for (const { place } of ofAnybody) {
    const here = readings.filter((reading) => reading.place === place);
    expect(here.map(({ metric }) => metric)).toContain("pgleash_build_info");
    expect(groupings.filter((one) => one.place === place).map(({ labels }) => labels)).toContainEqual(
      ofTarget,
    );
  }
});

test("every metric of pgleash is in some panel, or is left out for a reason", () => {
  const inPanels = new Set(expressions.filter(({ isForPanel }) => isForPanel).map(({ place }) => place));
  const shown = new Set(
    readings
      .filter(({ place }) => inPanels.has(place))
      .map(({ metric }) => metric.replace(/_(?:bucket|sum|count)$/, "")),
  );
  expect(metrics.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual(notShown);
});
