import { Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { gauge, sumOf } from "../query.ts";

/** What suspects cost others. */
export const harm: Row = {
  title: "What does it cost others?",
  panels: [
    graph({
      title: "Suspects by harm",
      description:
        "Suspects by the worst that they cost others: a connection slot, schema changes (ddl), vacuum, or sessions that wait for them (blocking).",
      unit: Short,
      span: 6,
      series: [{ expr: sumOf(["harm"], "pgleash_harm_suspects", ["harm", "severity"]), legend: "{{harm}}" }],
      as: "stacked",
    }),
    graph({
      title: "Blocked sessions",
      description:
        "Sessions that wait for suspects, and those that wait for prepared transactions, suspected or not. Whoever waits for two counts twice.",
      unit: Short,
      span: 6,
      series: [
        { expr: gauge("pgleash_blocked_sessions"), legend: "{{server}} for suspects" },
        { expr: gauge("pgleash_prepared_blocked_sessions"), legend: "{{server}} for prepared transactions" },
      ],
    }),
    graph({
      title: "Oldest horizon",
      description:
        "How many transactions ago the oldest view of the data stands that vacuum cannot pass, by who keeps it. While it grows, so do tables.",
      unit: Short,
      span: 6,
      series: [
        {
          expr: gauge("pgleash_oldest_horizon_age_transactions", ["holder"]),
          legend: "{{server}} {{holder}}",
        },
      ],
    }),
    graph({
      title: "Prepared transactions",
      description:
        "Transactions that wait for the second phase of their commit, suspected or not. They outlive their session, and a restart.",
      unit: Short,
      span: 6,
      series: [{ expr: gauge("pgleash_prepared_transactions"), legend: "{{server}}" }],
    }),
  ],
};
