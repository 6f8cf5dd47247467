import { episodeEnds, severities } from "../classify/episode.ts";
import { leakKinds } from "../classify/kind.ts";
import { backendStates } from "../observe/snapshot.ts";
import { failureReasons } from "../postgres/failure.ts";
import type { Privileges, Slots } from "../postgres/probe.ts";
import { metrics } from "./metrics.ts";

/** What the page says of a metric that pgleash does not fill itself. */
export type ProcessMetric = { readonly name: string; readonly type: string; readonly help: string };

type Row = ProcessMetric & { readonly labels: readonly string[] };

type Group = { readonly title: string; readonly text: string; readonly names: RegExp };

/** The first group that knows a name has it; the last one knows them all. */
const groups: readonly Group[] = [
  {
    title: "pgleash itself",
    text: "Always there, also while a server is down.",
    names: /^pgleash_(build|config|up$|last_success|look|connections_opened)/,
  },
  {
    title: "The server, and what pgleash may see of it",
    text: "Info and privileges are those of the last connection. The rest is gone while `pgleash_up` is 0.",
    names: /^pgleash_(server_info|privilege|hidden|candidates|slots)/,
  },
  {
    title: "Episodes",
    text: "Each suspect followed over looks. Counters live as long as the process, and stay while a server is down.",
    names: /^pgleash_episode/,
  },
  { title: "Suspects", text: "Gone while `pgleash_up` is 0.", names: /suspect|folded/ },
  { title: "Sessions", text: "Gone while `pgleash_up` is 0.", names: /^/ },
];

const slotSettings: readonly (keyof Slots)[] = [
  "max_connections",
  "reserved_connections",
  "superuser_reserved_connections",
];

const privileges: readonly (keyof Privileges)[] = ["pg_read_all_stats", "pg_signal_backend", "superuser"];

const closedLabels: readonly (readonly [label: string, values: readonly string[]])[] = [
  ["state", backendStates],
  ["kind", leakKinds],
  ["severity", severities],
  ["end", episodeEnds],
  ["reason", failureReasons],
  ["setting", slotSettings],
  ["privilege", privileges],
  ["role", ["primary", "standby"]],
  ["pooler", ["true", "false"]],
];

const openLabels: readonly (readonly [label: string, meaning: string])[] = [
  ["server", "the name of the server in the configuration"],
  [
    "datname, usename, application_name",
    "PostgreSQL's own names; empty where it has none or hides it. At most `label_budget` sets are shown for each metric, the rest is summed under `…other`",
  ],
  ["metric", "the metric whose label sets are folded"],
  ["version, nodeversion", "as the server, or Node.js, says"],
];

/** The text of `docs/metrics.md`. */
export function metricsDocs(processMetrics: readonly ProcessMetric[]): string {
  const grouped = groups.map((group) => {
    const own = metrics.filter(({ name }) => groups.find(({ names }) => names.test(name)) === group);
    return `## ${group.title}\n\n${group.text}\n\n${metricsTable(own)}`;
  });
  return `${[introduction, ...grouped, labels(), processSection(processMetrics)].join("\n\n")}\n`;
}

const introduction = `<!-- Generated from src/expose/metrics.ts by scripts/generate.mjs. Do not edit. -->

# Metrics

Everything that \`/metrics\` says, in the text format 0.0.4. The page is made anew from the last look at each server; a
scrape never queries. No metric has a pid, a query or a client address as a label.`;

function labels(): string {
  const closed = closedLabels.map(([label, values]) => [code(label), values.map(code).join(", ")]);
  const open = openLabels.map(([label, meaning]) => [label.split(", ").map(code).join(", "), meaning]);
  return `## Labels

These have closed sets of values. Every value is there from the start, at 0; only the two metrics by holder show no more
than there is.

${table(["Label", "Values"], closed)}

The others:

${table(["Label", "Meaning"], open)}`;
}

function processSection(processMetrics: readonly ProcessMetric[]): string {
  return `## The process

What the library prom-client says of any Node.js process, as measured on Linux. None of it has the label \`server\`.

${table(
  ["Metric", "Type", "Meaning"],
  processMetrics.map(({ name, type, help }) => [code(name), type, help]),
)}`;
}

function metricsTable(rows: readonly Row[]): string {
  return table(
    ["Metric", "Type", "Labels", "Meaning"],
    rows.map(({ name, type, help, labels: names }) => [code(name), type, names.map(code).join(", "), help]),
  );
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => "---"), ...rows].map(line).join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
