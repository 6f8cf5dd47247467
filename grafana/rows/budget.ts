import { PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { gauge } from "../query.ts";

const used = gauge("pgleash_budget_used", ["window"]);
const limit = gauge("pgleash_budget_limit", ["window"]);

/** How much may still be done. */
export const budget: Row = {
  title: "How much of the budget is used?",
  panels: [
    graph({
      title: "Acts in the last minute and hour",
      description:
        "Acts within each window, and how many the policy allows. A dry run counts what it would have done.",
      unit: Short,
      series: [
        { expr: used, legend: "{{server}} last {{window}}" },
        { expr: limit, legend: "{{server}} allowed a {{window}}", isBound: true },
      ],
    }),
    graph({
      title: "Share of the budget",
      description:
        "Acts over what the policy allows. At 100 % every further suspect is spared until the window has passed.",
      unit: PercentUnit,
      series: [{ expr: `${used} / ${limit}`, legend: "{{server}} {{window}}" }],
    }),
  ],
};
