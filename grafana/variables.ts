import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";

import { datasource } from "./datasource.ts";
import { selected, selectedProcesses } from "./query.ts";

/** The choices above every dashboard. */
export const commonVariables: readonly Builder<VariableModel>[] = [
  new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"),
  chosen("job", "Job", "pgleash_build_info", ".+"),
  chosen("instance", "Instance", 'pgleash_build_info{job=~"$job"}', ".+"),
  chosen("server", "Server", selectedProcesses("pgleash_up"), ".+"),
];

/** Who holds a session. All of them is also whoever has no name: an empty label is none to Prometheus. */
export const holderVariables: readonly Builder<VariableModel>[] = [
  chosen("datname", "Database", selected("pgleash_connections"), ".*"),
  chosen("usename", "Role", selected("pgleash_connections"), ".*"),
  chosen("application_name", "Application", selected("pgleash_connections"), ".*"),
];

/** The matchers of the above. */
export const ofHolder = [
  'datname=~"$datname"',
  'usename=~"$usename"',
  'application_name=~"$application_name"',
];

function chosen(label: string, title: string, from: string, all: string): QueryVariableBuilder {
  const query = `label_values(${from}, ${label})`;
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(datasource)
    .query({ qryType: 1, query, refId: "PrometheusVariableQueryEditor-VariableQuery" })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}
