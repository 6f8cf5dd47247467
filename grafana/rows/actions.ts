import { LocaleFormat, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { gauge, growth, selected, total } from "../query.ts";

/** Processes that watch the same server see the same count. */
const killed = `sum by (server) (max by (server, datname) (increase(${selected("pgleash_database_sessions_ended_total", 'how="killed"')}[$__rate_interval])))`;

/** What was done, announced, or would have been done. */
export const actions: Row = {
  title: "What is done?",
  panels: [
    graph({
      title: "Acts by outcome",
      description:
        "Sessions that were decided to be ended, by what came of it. One that had moved on was left alone; denied, not_confirmed and failed want somebody to look.",
      unit: Short,
      series: [
        { expr: growth(["action", "outcome"], "pgleash_actions_total"), legend: "{{action}} {{outcome}}" },
      ],
      as: "bars",
    }),
    table({
      title: "Acts by rule",
      description: "What was done in the time shown, by the rule that asked for it.",
      span: 12,
      labels: [
        { label: "server", title: "Server" },
        { label: "rule", title: "Rule" },
        { label: "action", title: "Action" },
        { label: "outcome", title: "Outcome" },
      ],
      values: [
        {
          expr: `${total(["server", "rule", "action", "outcome"], "pgleash_actions_total")} > 0`,
          title: "Acts",
          unit: LocaleFormat,
          isCount: true,
        },
      ],
      sortBy: "Acts",
    }),
    graph({
      title: "Announcements",
      description:
        "Sessions that were announced to be ended, those whose announcement was withdrawn, and those that are announced now.",
      unit: Short,
      span: 8,
      series: [
        { expr: growth(["type"], "pgleash_announcements_total"), legend: "{{type}}" },
        { expr: gauge("pgleash_announced_sessions"), legend: "{{server}} still to be ended", isBound: true },
      ],
    }),
    graph({
      title: "Would be ended, by rule",
      description:
        "Sessions that a dry run has recorded as ended and that are still there. At 0 while sessions are really ended.",
      unit: Short,
      span: 8,
      series: [{ expr: gauge("pgleash_would_end_sessions", ["rule"]), legend: "{{server}} {{rule}}" }],
      as: "stacked",
    }),
    graph({
      title: "Killed, by whomever",
      description:
        "Sessions that were terminated, by PostgreSQL's own count, and those that pgleash terminated: more of the former than of the latter were ended by somebody else.",
      unit: Short,
      span: 8,
      series: [
        { expr: killed, legend: "{{server}} killed" },
        {
          expr: growth(["server"], "pgleash_actions_total", 'outcome="terminated"'),
          legend: "{{server}} of those by pgleash",
          isBound: true,
        },
      ],
    }),
  ],
};
