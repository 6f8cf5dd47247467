import { CountsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { toSessions } from "../links.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { gauge, sumOf } from "../query.ts";
import { ofHolder } from "../variables.ts";
import { words } from "../words.ts";

const holder = ["datname", "usename", "application_name"] as const;

const suspected = gauge("pgleash_suspect_connections", [...holder, "kind", "severity"], ...ofHolder);

const holderColumns = [
  { label: "application_name", title: "Application", link: toSessions("server", ...holder) },
  { label: "usename", title: "Role" },
  { label: "datname", title: "Database" },
];

const whoLeaksTable = table({
  title: "Who leaks",
  description:
    "Suspected sessions by who holds them. The age is that of the oldest suspect of the kind on the whole server, whoever holds it. Prepared transactions have no holder, and are not here.",
  span: 24,
  height: 9,
  labels: [
    ...holderColumns,
    { label: "kind", title: "Kind" },
    { label: "severity", title: "Severity", words: words.severity },
    { label: "server", title: "Server" },
  ],
  values: [
    { expr: suspected, title: "Sessions", unit: Short },
    {
      expr: `0 * ${suspected} + on (server, kind) group_left () ${gauge("pgleash_oldest_suspect_age_seconds", ["kind"])}`,
      title: "Oldest of its kind",
      unit: Seconds,
    },
  ],
  sortBy: "Sessions",
});

const leakingPools = table({
  title: "Pools that leak",
  description:
    "Overgrown pools: how many sessions leaked, and how many more leak a minute, with the bounds of the 90 % interval. There is no rate while a pool does not grow. Names are empty where the sessions of a declared pool differ.",
  span: 14,
  labels: [...holderColumns, { label: "pool", title: "Pool" }, { label: "server", title: "Server" }],
  values: [
    {
      expr: gauge("pgleash_leaked_sessions", [...holder, "pool"], ...ofHolder),
      title: "Leaked sessions",
      unit: Short,
    },
    { expr: leakRate("estimate"), title: "A minute", unit: CountsPerMinute },
    { expr: leakRate("lower"), title: "At least", unit: CountsPerMinute },
    { expr: leakRate("upper"), title: "At most", unit: CountsPerMinute },
  ],
  sortBy: "Leaked sessions",
});

const comments = table({
  title: "Where in the application",
  description:
    "Suspects of the chosen servers by what the comment of their last statement says: route, controller, action. Only for the keys that the configuration names. The choice of application, role and database does not reach here.",
  span: 10,
  labels: [
    { label: "key", title: "Key" },
    { label: "value", title: "Value" },
    { label: "kind", title: "Kind" },
    { label: "server", title: "Server" },
  ],
  values: [
    { expr: gauge("pgleash_comment_suspects", ["key", "value", "kind"]), title: "Suspects", unit: Short },
  ],
  sortBy: "Suspects",
});

/** The culprits by name. */
export const whoLeaks: Row = {
  title: "Who leaks?",
  panels: [
    whoLeaksTable,
    leakingPools,
    comments,
    graph({
      title: "Suspected sessions by application",
      description: "Suspected or leaked sessions over time, by application and role.",
      unit: Short,
      span: 8,
      series: [
        {
          expr: `sum by (application_name, usename) (${suspected})`,
          legend: "{{application_name}} ({{usename}})",
        },
      ],
      as: "stacked",
    }),
    graph({
      title: "Oldest suspect by kind",
      description:
        "How long the oldest suspect of each kind has looked so, by the clock of its server. It is of the chosen servers, whoever holds it.",
      unit: Seconds,
      span: 8,
      series: [
        { expr: gauge("pgleash_oldest_suspect_age_seconds", ["kind"]), legend: "{{server}} {{kind}}" },
      ],
    }),
    graph({
      title: "Harm",
      description:
        "What suspects of the chosen servers cost others at worst, whoever holds them: a slot, schema changes (ddl), vacuum, or sessions that wait (blocking).",
      unit: Short,
      span: 8,
      series: [
        {
          expr: sumOf(["harm", "severity"], "pgleash_harm_suspects", ["harm", "severity"]),
          legend: "{{harm}} {{severity}}",
        },
      ],
      as: "stacked",
    }),
    graph({
      title: "Expected work",
      description:
        "Sessions of the chosen servers that would be suspects, were they not expected to take so long, by who said so: the configuration, or they themselves.",
      unit: Short,
      span: 12,
      series: [{ expr: sumOf(["source"], "pgleash_expected_sessions", ["source"]), legend: "{{source}}" }],
      as: "stacked",
    }),
    graph({
      title: "What sessions say they take",
      description:
        "Sessions of the chosen servers that say themselves how long they take, by what that is worth: held, capped to less, over, or nothing, because it is malformed, repeated or not allowed.",
      unit: Short,
      span: 12,
      series: [{ expr: sumOf(["result"], "pgleash_expect_markers", ["result"]), legend: "{{result}}" }],
      as: "stacked",
    }),
  ],
};

/** Sessions a minute. */
function leakRate(bound: "estimate" | "lower" | "upper"): string {
  const labels = [...holder, "pool", "bound"];
  const perSecond = gauge("pgleash_leak_rate_sessions_per_second", labels, `bound="${bound}"`, ...ofHolder);
  return `60 * sum by (server, datname, usename, application_name, pool) (${perSecond})`;
}
