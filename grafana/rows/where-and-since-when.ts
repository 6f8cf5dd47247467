import { Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { toSessions } from "../links.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { timeline } from "../panels/timeline.ts";
import { gauge, growth, sumOf } from "../query.ts";

const labels = ["kind", "severity"];

/** On which servers what leaks, and how long it has. */
export const whereAndSinceWhen: Row = {
  title: "Where, and since when?",
  panels: [
    table({
      title: "Leaks by server and kind",
      description:
        "What is suspected now, where, and how long the oldest has looked so, by the server's clock. A click on the server leads to whose sessions these are.",
      span: 12,
      labels: [
        { label: "server", title: "Server", link: toSessions("server") },
        { label: "kind", title: "Kind" },
      ],
      values: [
        {
          expr: `${sumOf(["server", "kind"], "pgleash_suspects", labels)} > 0`,
          title: "Suspected or leaked",
          unit: Short,
        },
        {
          expr: `${sumOf(["server", "kind"], "pgleash_suspects", labels, 'severity="leaked"')} > 0`,
          title: "Leaked",
          unit: Short,
        },
        {
          expr: `${gauge("pgleash_oldest_suspect_age_seconds", ["kind"])} > 0`,
          title: "Oldest for",
          unit: Seconds,
        },
      ],
      sortBy: "Oldest for",
    }),
    timeline({
      title: "Leaked, by server",
      description: "When something was called leaked on each server, and how much.",
      unit: Short,
      span: 12,
      height: 8,
      states: [
        {
          expr: sumOf(["server"], "pgleash_suspects", labels, 'severity="leaked"'),
          legend: "{{server}}",
        },
      ],
      colors: [[1, "red"]],
    }),
    graph({
      title: "Suspected or leaked, by kind",
      description: "What each look named, on all chosen servers.",
      unit: Short,
      series: [{ expr: sumOf(["kind"], "pgleash_suspects", labels), legend: "{{kind}}" }],
      as: "stacked",
    }),
    graph({
      title: "New suspects, and newly leaked",
      description:
        "Each session, prepared transaction or pool once, also those that came and went between two scrapes. Where several processes watch a server, each counts its own.",
      unit: Short,
      series: [
        { expr: growth(["kind"], "pgleash_episodes_suspected_total"), legend: "{{kind}} suspected" },
        { expr: growth(["kind"], "pgleash_episodes_leaked_total"), legend: "{{kind}} leaked" },
      ],
      as: "bars",
    }),
  ],
};
