import { Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { toSessions } from "../links.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { gauge, sumOf } from "../query.ts";
import { ofHolder } from "../variables.ts";

const labels = ["datname", "usename", "application_name", "state"];

const connections = table({
  title: "Connections",
  description:
    "All client sessions by who holds them, suspected or not; the one of pgleash is left out. Beyond the label budget, they are added up under …other.",
  span: 24,
  height: 9,
  labels: [
    {
      label: "application_name",
      title: "Application",
      link: toSessions("server", "datname", "usename", "application_name"),
    },
    { label: "usename", title: "Role" },
    { label: "datname", title: "Database" },
    { label: "server", title: "Server" },
  ],
  values: [
    { expr: heldBy(), title: "Sessions", unit: Short },
    { expr: heldBy('state="active"'), title: "Active", unit: Short },
    { expr: heldBy('state="idle"'), title: "Idle", unit: Short },
    { expr: heldBy('state=~"idle in transaction.*"'), title: "Idle in transaction", unit: Short },
  ],
  sortBy: "Sessions",
});

/** Everybody, suspected or not. */
export const whoHoldsSessions: Row = {
  title: "Who holds sessions?",
  panels: [
    connections,
    graph({
      title: "Sessions by state",
      description: "The sessions that were chosen, by their state.",
      unit: Short,
      series: [{ expr: sumOf(["state"], "pgleash_connections", labels, ...ofHolder), legend: "{{state}}" }],
      as: "stacked",
    }),
    graph({
      title: "Sessions by application",
      description: "The sessions that were chosen, by application and role.",
      unit: Short,
      series: [
        {
          expr: sumOf(["application_name", "usename"], "pgleash_connections", labels, ...ofHolder),
          legend: "{{application_name}} ({{usename}})",
        },
      ],
      as: "stacked",
    }),
    graph({
      title: "Oldest transaction",
      description:
        "The age of the oldest transaction among all sessions of the chosen servers, by their state.",
      unit: Seconds,
      span: 8,
      series: [
        {
          expr: gauge("pgleash_oldest_transaction_age_seconds", ["state"]),
          legend: "{{server}} {{state}}",
        },
      ],
    }),
    graph({
      title: "Longest in a state",
      description:
        "How long any session of the chosen servers has been in its state. Idle sessions of a pool rest long.",
      unit: Seconds,
      span: 8,
      series: [
        { expr: gauge("pgleash_oldest_state_age_seconds", ["state"]), legend: "{{server}} {{state}}" },
      ],
    }),
    graph({
      title: "Oldest connection",
      description:
        "The age of the oldest client session of each server. It tells whether pools renew their connections.",
      unit: Seconds,
      span: 8,
      series: [{ expr: gauge("pgleash_oldest_connection_age_seconds"), legend: "{{server}}" }],
    }),
  ],
};

function heldBy(...matchers: readonly string[]): string {
  const kept = ["server", "datname", "usename", "application_name"];
  return sumOf(kept, "pgleash_connections", labels, ...ofHolder, ...matchers);
}
