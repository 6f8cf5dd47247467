import { PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { gauge, sumOf } from "../query.ts";

/** The pools whose size the configuration gives. */
export const declaredPools: Row = {
  title: "Are the declared pools as they were declared?",
  panels: [
    table({
      title: "Declared pools",
      description:
        "The pools of the configuration. A busy pool has sessions beyond its size; beyond size and overflow together, no pool that is as declared has any.",
      span: 24,
      height: 6,
      labels: [
        { label: "server", title: "Server" },
        { label: "pool", title: "Pool" },
      ],
      values: [
        { expr: gauge("pgleash_pool_size", ["pool"]), title: "Size", unit: Short },
        { expr: gauge("pgleash_pool_max_overflow", ["pool"]), title: "Overflow allowed", unit: Short },
        { expr: connections("active"), title: "Active", unit: Short },
        { expr: connections("idle"), title: "Idle", unit: Short },
        { expr: gauge("pgleash_pool_overflow", ["pool"]), title: "Beyond size", unit: Short },
        { expr: gauge("pgleash_pool_excess", ["pool"]), title: "Beyond both", unit: Short },
        { expr: gauge("pgleash_pool_saturation_ratio", ["pool"]), title: "Saturation", unit: PercentUnit },
        {
          expr: gauge("pgleash_pool_oldest_connection_age_seconds", ["pool"]),
          title: "Oldest connection",
          unit: Seconds,
        },
      ],
      sortBy: "Saturation",
    }),
    graph({
      title: "Saturation of declared pools",
      description:
        "Sessions over all that the pool may hold. Above 100 % it is not the pool that was declared, or it leaks.",
      unit: PercentUnit,
      series: [{ expr: gauge("pgleash_pool_saturation_ratio", ["pool"]), legend: "{{server}} {{pool}}" }],
    }),
    graph({
      title: "Sessions of overgrown pools that leaked",
      description:
        "Sessions that fell quiet since their pool began to grow, as last counted while it grew. A pool that nobody declared is known by application and role.",
      unit: Short,
      series: [
        {
          expr: gauge("pgleash_leaked_sessions", ["datname", "usename", "application_name", "pool"]),
          legend: "{{server}} {{pool}} {{application_name}} ({{usename}})",
        },
      ],
      as: "stacked",
    }),
  ],
};

function connections(state: "active" | "idle"): string {
  return sumOf(["server", "pool"], "pgleash_pool_connections", ["pool", "state"], `state="${state}"`);
}
