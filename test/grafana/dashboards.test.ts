import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";

import { dashboardFiles } from "../../grafana/dashboards.ts";
import { mistakesOf, selectorsOf } from "../support/promql.ts";
import { shippedDashboards, withValues, type Dashboard } from "../support/dashboards.ts";

const files = ["overview.json", "sessions.json", "leash.json"];

let dashboards: readonly Dashboard[] = [];

beforeAll(async () => {
  dashboards = await shippedDashboards();
});

test.for(files)("grafana/dashboards/%s is what grafana/*.ts says: npm run generate", async (name) => {
  const text = await readFile(new URL(`../../grafana/dashboards/${name}`, import.meta.url), "utf8");
  expect(Object.keys(dashboardFiles()).toSorted()).toEqual(files.toSorted());
  expect(text).toBe(dashboardFiles()[name]);
});

describe("a dashboard", () => {
  test("has a fixed uid, and no id of one Grafana", () => {
    expect(dashboards.map(({ uid }) => uid).toSorted()).toEqual([
      "pgleash-leash",
      "pgleash-overview",
      "pgleash-sessions",
    ]);
    for (const board of dashboards) expect(board.id ?? null).toBeNull();
  });

  test("is a classic one, without inputs that only an import by hand would fill", () => {
    for (const board of dashboards) {
      expect(board.schemaVersion).toBe(42);
      expect(Object.keys(board)).not.toContain("__inputs");
      expect(Object.keys(board)).not.toContain("__requires");
    }
  });

  test("cannot be edited in place, and refreshes by itself", () => {
    for (const { editable, refresh, time } of dashboards) {
      expect(editable).toBe(false);
      expect(refresh).toBe("30s");
      expect(time).toEqual({ from: expect.stringMatching(/^now-\d+h$/), to: "now" });
    }
  });

  test("says what it is for, under a title of its own", () => {
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(files.length);
    for (const { description, tags } of dashboards) {
      expect(description).toMatch(/[.?]$/);
      expect(tags).toEqual(["pgleash", "postgresql"]);
    }
  });

  test("gives every panel a number and a place of its own", () => {
    for (const { panels } of dashboards) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_cell, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
  });
});

describe("the variables", () => {
  test("begin with the data source, of which nothing else is said anywhere", () => {
    for (const { templating } of dashboards) {
      const [first] = templating.list;
      expect(first).toMatchObject({
        type: "datasource",
        name: "datasource",
        label: "Data source",
        query: "prometheus",
      });
    }
  });

  test.for([
    { name: "job", label: "Job", allValue: ".+" },
    { name: "instance", label: "Instance", allValue: ".+" },
    { name: "server", label: "Server", allValue: ".+" },
  ])("let one choose by $name in every dashboard: several, or all", ({ name, label, allValue }) => {
    for (const { templating } of dashboards)
      expect(templating.list.find((variable) => variable.name === name)).toMatchObject({
        type: "query",
        label,
        multi: true,
        includeAll: true,
        allValue,
      });
  });

  test.for(["datname", "usename", "application_name"])(
    "let one choose by %s among sessions; all of them are also those without a name",
    (name) => {
      const sessions = dashboards.find(({ uid }) => uid === "pgleash-sessions");
      const variable = sessions?.templating.list.find((one) => one.name === name);
      expect(variable).toMatchObject({ type: "query", multi: true, includeAll: true, allValue: ".*" });
    },
  );

  test("are asked for anew when the time changes, from the chosen data source, in PromQL that parses", () => {
    for (const { templating } of dashboards)
      for (const { name, query, refresh, datasource } of templating.list.slice(1)) {
        expect(refresh).toBe(2);
        expect(datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
        const asked = /^label_values\((.*), (\w+)\)$/.exec(typeof query === "string" ? query : query.query);
        expect(asked?.[2]).toBe(name);
        const selector = withValues(asked?.[1] ?? "");
        expect(mistakesOf(selector)).toEqual([]);
        expect(selectorsOf(selector)).toHaveLength(1);
      }
  });
});
