import { PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { gauge, selected, sumOf } from "../query.ts";

const connectionLabels = ["datname", "usename", "application_name", "state"];

const limit = gauge("pgleash_connection_limit", ["scope", "name"]);

const used = `${usedOf("database", "datname")} or ${usedOf("role", "usename")}`;

/** Where fewer connections are allowed than the server has slots, and what ends them other than themselves. */
export const limitsAndEndings: Row = {
  title: "Where are limits, and what ends sessions?",
  panels: [
    table({
      title: "Connection limits",
      description:
        "Databases and roles with a connection limit of their own, and how much of it is used. The connection of pgleash itself is not counted.",
      span: 12,
      labels: [
        { label: "scope", title: "Of a" },
        { label: "name", title: "Name" },
        { label: "server", title: "Server" },
      ],
      values: [
        { expr: limit, title: "Limit", unit: Short },
        { expr: `(${used}) and on (server, scope, name) ${limit}`, title: "Used", unit: Short },
        { expr: `(${used}) / on (server, scope, name) ${limit}`, title: "Share", unit: PercentUnit },
      ],
      sortBy: "Share",
    }),
    graph({
      title: "Sessions that did not end by themselves",
      description:
        "Sessions of each database that were killed, abandoned by their client, or ended by a fatal error, by PostgreSQL's own count (from version 14 on). Several processes see the same count.",
      unit: Short,
      series: [
        {
          expr: `max by (server, datname, how) (increase(${selected("pgleash_database_sessions_ended_total", 'datname=~"$datname"')}[$__rate_interval]))`,
          legend: "{{server}} {{datname}} {{how}}",
        },
      ],
      as: "bars",
    }),
  ],
};

/** Sessions by the scope and the name that the limit of a database, or of a role, goes by. */
function usedOf(scope: "database" | "role", label: "datname" | "usename"): string {
  const counted = sumOf(["server", label], "pgleash_connections", connectionLabels);
  const named = `label_replace(${counted}, "name", "$1", "${label}", "(.*)")`;
  return `sum by (server, scope, name) (label_replace(${named}, "scope", "${scope}", "", ""))`;
}
