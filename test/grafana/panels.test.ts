import * as units from "@grafana/grafana-foundation-sdk/units";
import { beforeAll, describe, expect, test } from "vitest";

import { panelsOf, shippedDashboards, withValues, type Panel } from "../support/dashboards.ts";
import { groupingsOf } from "../support/promql-structure.ts";

const chosenSource = { type: "prometheus", uid: "${datasource}" };

const drawsTime = ["timeseries", "state-timeline"];

let panels: readonly Panel[] = [];

beforeAll(async () => {
  panels = (await shippedDashboards()).flatMap(panelsOf);
});

/** The titles of the panels of which this is not so: none. */
function exceptions(isSo: (panel: Panel) => boolean): readonly string[] {
  return panels.filter((panel) => !isSo(panel)).map(({ title }) => title);
}

function targetsOf({ targets = [] }: Panel): NonNullable<Panel["targets"]> {
  return targets;
}

/** The labels that the result of an expression has: those that its outermost grouping keeps. */
function resultLabels(expr: string): readonly string[] {
  return groupingsOf(withValues(expr))[0]?.labels ?? [];
}

function labelsNamedIn(legend: string): readonly string[] {
  return [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
}

function areAllDifferent(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function haveOwnLegends(panel: Panel): boolean {
  return areAllDifferent(targetsOf(panel).map(({ legendFormat }) => legendFormat));
}

function isAskedForItsTime(panel: Panel): boolean {
  return targetsOf(panel).every(
    ({ range, instant }) => range === drawsTime.includes(panel.type) && instant === !range,
  );
}

function unitsOf({ fieldConfig }: Panel): readonly unknown[] {
  const own = (fieldConfig?.overrides ?? [])
    .flatMap(({ properties }) => properties)
    .filter(({ id }) => id === "unit")
    .map(({ value }) => value);
  return [fieldConfig?.defaults.unit, ...own];
}

describe("a panel", () => {
  test("is one of many", () => {
    expect(panels.length).toBeGreaterThan(40);
  });

  test("is one of Grafana's own", () => {
    expect(new Set(panels.map(({ type }) => type))).toEqual(
      new Set(["stat", "table", "timeseries", "state-timeline"]),
    );
  });

  test("has a title and a description in sentences", () => {
    expect(exceptions(({ title }) => title !== "")).toEqual([]);
    expect(exceptions(({ description = "" }) => /^[A-Z].{30,}\.$/.test(description))).toEqual([]);
  });

  test("asks something, and each query has a name of its own", () => {
    expect(exceptions((panel) => targetsOf(panel).length > 0)).toEqual([]);
    expect(exceptions((panel) => targetsOf(panel).every(({ expr }) => expr !== ""))).toEqual([]);
    expect(exceptions((panel) => areAllDifferent(targetsOf(panel).map(({ refId }) => refId)))).toEqual([]);
  });

  test("asks the chosen data source", () => {
    for (const panel of panels) {
      expect(panel.datasource).toEqual(chosenSource);
      for (const { datasource } of targetsOf(panel)) expect(datasource).toEqual(chosenSource);
    }
  });

  test("asks for a time where it draws one, and for now where it does not", () => {
    expect(exceptions(isAskedForItsTime)).toEqual([]);
  });

  test("has a unit that Grafana knows", () => {
    const known: readonly unknown[] = Object.values(units);
    expect(exceptions((panel) => unitsOf(panel).every((unit) => known.includes(unit)))).toEqual([]);
  });

  test("names its series by labels that they have, and tells several apart", () => {
    const named = panels.filter(({ type }) => type !== "table");
    const legends = named.flatMap(targetsOf).map(({ legendFormat }) => legendFormat);
    expect(legends.filter((legend) => !/\S/.test(legend) || legend === "__auto")).toEqual([]);
    const without = named
      .flatMap(targetsOf)
      .filter(({ legendFormat, expr }) =>
        labelsNamedIn(legendFormat).some((label) => !resultLabels(expr).includes(label)),
      );
    expect(without.map(({ expr }) => expr)).toEqual([]);
    expect(exceptions((panel) => panel.type === "table" || haveOwnLegends(panel))).toEqual([]);
  });
});

describe("the first row of the overview", () => {
  test("begins with the servers that nobody sees", () => {
    const index = panels.findIndex(({ title }) => title === "Servers not watched");
    expect(panels[index]?.fieldConfig?.defaults).toMatchObject({ noValue: "nobody looks" });
    expect(panels[index + 1]?.title).toBe("Leaked");
  });

  test("says that there is no leak only where somebody looks, and is red within the hour", () => {
    const forecast = panels.find(({ title }) => title === "Slots run out in");
    const asked = forecast ? targetsOf(forecast) : [];
    expect(asked).toHaveLength(3);
    for (const { expr } of asked) expect(expr).toMatch(/ or max\(.*pgleash_up/);
    expect(forecast?.fieldConfig?.defaults).toMatchObject({
      noValue: "nobody looks",
      mappings: [{ options: { "-1": { text: "no leak", color: "green" } } }],
      thresholds: {
        steps: [
          { value: null, color: "red" },
          { value: 3600, color: "orange" },
          { value: 86_400, color: "green" },
        ],
      },
    });
  });
});
