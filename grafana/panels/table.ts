import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { DynamicConfigValue, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { Short } from "@grafana/grafana-foundation-sdk/units";

import { datasource } from "../datasource.ts";
import type { About, Placeable } from "./panel.ts";
import { atEnd, refId } from "./target.ts";

type LabelColumn = {
  readonly label: string;
  readonly title: string;
  /** Where a click leads. */
  readonly link?: { readonly title: string; readonly url: string };
  readonly words?: ValueMapping;
};

type ValueColumn = {
  readonly expr: string;
  readonly title: string;
  readonly unit: string;
  /** True of what a counter counted: Prometheus reckons between scrapes, which makes fractions of events. */
  readonly isCount?: boolean;
  readonly words?: ValueMapping;
  /** True where its labels are what it is asked for, and its value says nothing. */
  readonly isHidden?: boolean;
};

type Table = Pick<About, "title" | "description" | "span"> & {
  readonly height?: number;
  readonly labels: readonly LabelColumn[];
  /** Each a query. Rows are those of the first: where it returns none, no other may. */
  readonly values: readonly [ValueColumn, ...ValueColumn[]];
  /** The title of the column that the greatest are first of. */
  readonly sortBy: string;
};

/** What is so now, a row for each set of labels. */
export function table({ title, description, span, height = 8, labels, values, sortBy }: Table): Placeable {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(Short)
    .span(span)
    .height(height)
    .datasource(datasource)
    .targets(
      values.map(({ expr }, index) => atEnd({ expr, legend: "__auto" }, index).format(PromQueryFormat.Table)),
    )
    .filterable(true)
    .noValue("–")
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)])
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: arrangement(labels, values) });
  for (const column of labels) {
    const properties = [...linked(column), ...inWords(column)];
    if (properties.length > 0) panel.overrideByName(column.title, properties);
  }
  for (const column of values.filter(({ isHidden = false }) => !isHidden))
    panel.overrideByName(column.title, [
      { id: "unit", value: column.unit },
      ...(column.isCount === true ? [{ id: "decimals", value: 0 }] : []),
      ...inWords(column),
    ]);
  return panel;
}

/** Grafana calls the value of the only query `Value`, those of several `Value #A`, `Value #B` and so on. */
function arrangement(labels: Table["labels"], values: Table["values"]): object {
  const names = values.map((_value, index) => (values.length === 1 ? "Value" : `Value #${refId(index)}`));
  const titled = [
    ...labels.map(({ label, title }) => [label, title]),
    ...names.map((name, index) => [name, values[index]?.title]),
    // Where all but the first return nothing, there is only one again.
    ["Value", values[0].title],
  ];
  const shown = names.filter((_name, index) => values[index]?.isHidden !== true);
  return {
    excludeByName: Object.fromEntries(
      ["Time", ...names.filter((name) => !shown.includes(name))].map((name) => [name, true]),
    ),
    indexByName: Object.fromEntries(
      [...labels.map(({ label }) => label), ...shown].map((name, index) => [name, index]),
    ),
    renameByName: Object.fromEntries(titled),
  };
}

function linked({ link }: LabelColumn): readonly DynamicConfigValue[] {
  return link === undefined ? [] : [{ id: "links", value: [{ ...link, targetBlank: false }] }];
}

function inWords({ words }: LabelColumn | ValueColumn): readonly DynamicConfigValue[] {
  return words === undefined
    ? []
    : [
        { id: "mappings", value: [words] },
        { id: "custom.cellOptions", value: { type: "color-text" } },
      ];
}
