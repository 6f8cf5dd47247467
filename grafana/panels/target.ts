import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";

import { datasource } from "../datasource.ts";

/** A query, and what its series are called: labels are written as `{{label}}`. */
export type Query = { readonly expr: string; readonly legend: string };

/** The name of a query within its panel: A, B, C and so on. */
export function refId(index: number): string {
  return String.fromCodePoint(65 + index);
}

/** A query for all of the time that the dashboard shows. */
export function overTime({ expr, legend }: Query, index: number): DataqueryBuilder {
  return target(expr, index).legendFormat(legend).range();
}

/** A query for the end of the time that the dashboard shows. */
export function atEnd({ expr, legend }: Query, index: number): DataqueryBuilder {
  return target(expr, index).legendFormat(legend).instant();
}

function target(expr: string, index: number): DataqueryBuilder {
  return new DataqueryBuilder().datasource(datasource).refId(refId(index)).expr(expr);
}
