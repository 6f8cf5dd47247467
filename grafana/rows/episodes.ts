import { LocaleFormat, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { growth, total } from "../query.ts";

/** How suspects ended, and how long they had lasted. */
export const episodes: Row = {
  title: "How do suspects end?",
  panels: [
    graph({
      title: "Ended suspects",
      description:
        "Suspects that ended: the session went on (returned), its row is gone (vanished), pgleash ended it (terminated), or nobody knows (lost_sight).",
      unit: Short,
      series: [{ expr: growth(["end"], "pgleash_episodes_ended_total"), legend: "{{end}}" }],
      as: "bars",
    }),
    table({
      title: "How long suspects lasted",
      description:
        "Suspects that ended in the time shown: how many, and how long half of them, and all but a tenth, had looked so at most. What ended below its threshold, or between two looks, is not in it.",
      span: 12,
      labels: [{ label: "kind", title: "Kind" }],
      values: [
        {
          expr: `${total(["kind"], "pgleash_episode_duration_seconds_count")} > 0`,
          title: "Ended",
          unit: LocaleFormat,
          isCount: true,
        },
        { expr: quantile(0.5), title: "Median", unit: Seconds },
        { expr: quantile(0.9), title: "90th percentile", unit: Seconds },
      ],
      sortBy: "Ended",
    }),
  ],
};

/** The comparison drops kinds of which none ended: their quantile is not a number. */
function quantile(share: number): string {
  return `histogram_quantile(${share}, ${total(["kind", "le"], "pgleash_episode_duration_seconds_bucket")}) > 0`;
}
