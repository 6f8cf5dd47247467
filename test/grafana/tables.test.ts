import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { panelsOf, shippedDashboards, withValues, type Panel } from "../support/dashboards.ts";
import { groupingsOf } from "../support/promql-structure.ts";

const arrangement = z.object({
  indexByName: z.record(z.string(), z.number()),
  renameByName: z.record(z.string(), z.string()),
  excludeByName: z.record(z.string(), z.boolean()),
});

const transformations = z.tuple([
  z.object({ id: z.literal("merge") }),
  z.object({ id: z.literal("organize"), options: arrangement }),
]);

const sorting = z.object({ sortBy: z.tuple([z.object({ displayName: z.string() })]) });

let tables: readonly Panel[] = [];

beforeAll(async () => {
  tables = (await shippedDashboards()).flatMap(panelsOf).filter(({ type }) => type === "table");
});

/** The titles of the tables of which this is not so: none. */
function exceptions(isSo: (table: Panel) => boolean): readonly string[] {
  return tables.filter((table) => !isSo(table)).map(({ title }) => title);
}

/** What becomes of the columns of a table, by the names that Grafana gives them first. */
function columnsOf(table: Panel): z.infer<typeof arrangement> & { readonly shown: readonly string[] } {
  const [, { options }] = transformations.parse(table["transformations"]);
  return { ...options, shown: Object.keys(options.indexByName) };
}

function isOfValues(column: string): boolean {
  return column.startsWith("Value");
}

/** The labels that the result of each query has: those that its outermost grouping keeps. */
function labelsOfQueries({ targets = [] }: Panel): readonly (readonly string[])[] {
  return targets.map(({ expr }) => groupingsOf(withValues(expr))[0]?.labels ?? []);
}

function hasTitledColumns(table: Panel): boolean {
  const { indexByName, renameByName, excludeByName } = columnsOf(table);
  const names = (table.targets ?? []).map(({ refId }, _index, { length }) =>
    length === 1 ? "Value" : `Value #${refId}`,
  );
  return names.every((name) => name in renameByName && name in indexByName !== name in excludeByName);
}

function hasUnits(table: Panel): boolean {
  const { shown, renameByName } = columnsOf(table);
  const withUnit = (table.fieldConfig?.overrides ?? [])
    .filter(({ properties }) => properties.some(({ id }) => id === "unit"))
    .map(({ matcher }) => matcher.options);
  return shown.filter(isOfValues).every((name) => withUnit.includes(renameByName[name]));
}

function isSortedByColumn(table: Panel): boolean {
  const { shown, renameByName } = columnsOf(table);
  const [{ displayName }] = sorting.parse(table["options"]).sortBy;
  return shown.some((name) => renameByName[name] === displayName);
}

describe("a table", () => {
  test("is one of many", () => {
    expect(tables.length).toBeGreaterThan(8);
  });

  test("has a column for every label that tells its rows apart", () => {
    const incomplete = exceptions((table) =>
      (labelsOfQueries(table)[0] ?? []).every((label) => columnsOf(table).shown.includes(label)),
    );
    expect(incomplete).toEqual([]);
  });

  test("has no column for a label that none of its queries returns", () => {
    const empty = exceptions((table) =>
      columnsOf(table).shown.every(
        (name) => isOfValues(name) || labelsOfQueries(table).flat().includes(name),
      ),
    );
    expect(empty).toEqual([]);
  });

  test("has a titled column for every query, or leaves it out", () => {
    expect(exceptions(hasTitledColumns)).toEqual([]);
  });

  test("leaves out the time, which is the same in every row", () => {
    expect(exceptions((table) => columnsOf(table).excludeByName["Time"] === true)).toEqual([]);
  });

  test("sets a unit for every column of values that it shows", () => {
    expect(exceptions(hasUnits)).toEqual([]);
  });

  test("is sorted by a column that it has", () => {
    expect(exceptions(isSortedByColumn)).toEqual([]);
  });
});
