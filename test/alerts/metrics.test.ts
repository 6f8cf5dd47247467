import { beforeAll, expect, test } from "vitest";

import { expressionsOf, shippedDashboards, withValues } from "../support/dashboards.ts";
import { closedValues, seriesNames, type CataloguedMetric } from "../support/metric-catalogue.ts";
import { groupingsOf, readingsOf } from "../support/promql-structure.ts";
import { selectorsOf, type Matcher } from "../support/promql.ts";
import { alertsOf, readRuleFile, recordingsOf } from "../support/rule-file.ts";

/** What nothing reads: no alert, no recording rule and no dashboard. Each for a reason. */
const intentionallyUnused: readonly { readonly names: RegExp; readonly reason: string }[] = [
  {
    names: /^(?:process|nodejs)_/,
    reason: "of any program on Node.js: for whoever looks into pgleash itself",
  },
  { names: /_sum$/, reason: "of a histogram: there for averages, which hide what a quantile shows" },
];

const ofTarget = ["job", "instance"];

let catalogue: ReadonlyMap<string, CataloguedMetric> = new Map();
let valuesOf: (metric: string, label: string) => readonly string[] | undefined = () => undefined;

beforeAll(async () => {
  catalogue = await seriesNames();
  valuesOf = await closedValues();
});

const rules = await readRuleFile();
const recorded = new Map(recordingsOf(rules).map(({ record, expr }) => [record, expr]));

/** What a description asks for beside its alert, with a server's name for each `%q`. */
const queries = alertsOf(rules).flatMap(({ alert, annotations }) =>
  [...annotations.description.matchAll(/printf `([^`]*\{[^`]*)`/g)].map(([, query = ""]) => ({
    name: `the description of ${alert}`,
    expr: query.replaceAll("%q", '"main"'),
  })),
);

const expressions = [
  ...alertsOf(rules).map(({ alert, expr }) => ({ name: alert, expr })),
  ...recordingsOf(rules).map(({ record, expr }) => ({ name: record, expr })),
  ...queries,
];

/** The labels of a metric: its own and those of its target, or those by which the rule that records it groups. */
function labelsOf(metric: string): readonly string[] {
  const rule = recorded.get(metric);
  if (rule !== undefined) return recordedLabels(rule);
  return [...(catalogue.get(metric)?.labels ?? []), ...ofTarget];
}

function recordedLabels(rule: string): readonly string[] {
  const own = groupingsOf(rule)[0]?.labels ?? [];
  return own.length > 0 ? own : selectorsOf(rule).flatMap(({ metric }) => labelsOf(metric));
}

function isPossible(metric: string, { label, value }: Matcher): boolean {
  const values = valuesOf(metric, label);
  return values === undefined || value.split("|").every((part) => values.includes(part));
}

function isOfServer(metric: string): boolean {
  return catalogue.get(metric)?.labels.includes("server") === true;
}

/** What brings together what several processes say of one server; the server's own counters are the same for all. */
function onceFor(metric: string): readonly string[] {
  const isCounted = catalogue.get(metric)?.type === "counter";
  return isCounted && metric !== "pgleash_database_sessions_ended_total" ? ["sum"] : ["max", "min", "group"];
}

test("the descriptions ask for something as well, and parse with it", () => {
  expect(queries.length).toBeGreaterThan(2);
  expect(queries.filter(({ expr }) => readingsOf(expr).length === 0)).toEqual([]);
});

test.each(expressions)("$name reads metrics that exist, by labels and values that they have", ({ expr }) => {
  const selectors = selectorsOf(expr);
  expect(selectors.length).toBeGreaterThan(0);
  for (const { metric, matchers } of selectors) {
    expect([...catalogue.keys(), ...recorded.keys(), "up"]).toContain(metric);
    for (const matcher of matchers) {
      expect(labelsOf(metric)).toContain(matcher.label);
      expect({ matcher, isPossible: isPossible(metric, matcher) }).toEqual({ matcher, isPossible: true });
    }
  }
});

test.each(expressions)("$name groups and joins by labels that its metrics have", ({ expr }) => {
  for (const { labels, metrics } of groupingsOf(expr))
    for (const label of labels) expect(metrics.flatMap(labelsOf)).toContain(label);
});

test.each(expressions)(
  "$name takes what several processes say of a server once, and adds up what they did",
  ({ expr }) => {
    const readings = readingsOf(expr).map(({ metric, within }) => ({
      metric,
      isRight: !isOfServer(metric) || within.some((call) => onceFor(metric).includes(call)),
    }));
    expect(readings.filter(({ isRight }) => !isRight)).toEqual([]);
  },
);

test("every metric is read by an alert, a recording rule or a dashboard, or is left out for a reason", async () => {
  const shown = (await shippedDashboards()).flatMap(expressionsOf).map(({ expr }) => withValues(expr));
  const read = new Set(
    [...shown, ...expressions.map(({ expr }) => expr)].flatMap((expr) =>
      selectorsOf(expr).map(({ metric }) => metric),
    ),
  );
  const unread = [...catalogue.keys()].filter((name) => !read.has(name));
  const reasons = unread.map((name) => intentionallyUnused.filter(({ names }) => names.test(name)).length);
  expect(unread.filter((_name, index) => reasons[index] === 0)).toEqual([]);
  expect(intentionallyUnused.filter(({ names }) => !unread.some((name) => names.test(name)))).toEqual([]);
});
