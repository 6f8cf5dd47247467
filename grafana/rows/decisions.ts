import { CountsPerSecond, LocaleFormat } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { rate, total } from "../query.ts";

/** What was decided about suspects, and why. */
export const decisions: Row = {
  title: "What is decided?",
  panels: [
    graph({
      title: "Spared, by reason",
      description:
        "Decisions that spared a suspect, a second, by the first reason that held. Every suspect is decided on at every look.",
      unit: CountsPerSecond,
      series: [
        { expr: rate(["reason"], "pgleash_suspects_spared_total"), legend: "{{reason}}" },
        { expr: rate([], "pgleash_suspects_decided_total"), legend: "decided in all", isBound: true },
      ],
    }),
    table({
      title: "Reasons to spare",
      description:
        "Decisions that spared a suspect in the time shown. With the reason dry_run nothing else stood in the way: each is a leak that would have been ended, once.",
      span: 12,
      labels: [
        { label: "server", title: "Server" },
        { label: "reason", title: "Reason" },
      ],
      values: [
        {
          expr: `${total(["server", "reason"], "pgleash_suspects_spared_total")} > 0`,
          title: "Decisions",
          unit: LocaleFormat,
          isCount: true,
        },
      ],
      sortBy: "Decisions",
    }),
  ],
};
