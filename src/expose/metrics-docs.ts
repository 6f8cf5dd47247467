import { episodeEnds, severities } from "../classify/episode.ts";
import { expectationSources, markerResults } from "../classify/expectation.ts";
import { harmLevels } from "../classify/harm.ts";
import { horizonHolders } from "../classify/evidence/horizon.ts";
import { leakKinds } from "../classify/kind.ts";
import { outcomes } from "../decide/ledger.ts";
import { noticeTypes } from "../decide/plan.ts";
import { policyModes, ruleActions } from "../decide/policy.ts";
import { spareReasons } from "../decide/reason.ts";
import { evidenceLists } from "../observe/evidence.ts";
import { backendStates } from "../observe/snapshot.ts";
import { failureReasons } from "../postgres/failure.ts";
import type { Privileges, Slots } from "../postgres/probe.ts";
import { budgetWindows } from "./leash-state.ts";
import { metricGroups } from "./metrics.ts";

/** What the page says of a metric that pgleash does not fill itself. */
export type ProcessMetric = { readonly name: string; readonly type: string; readonly help: string };

type Row = ProcessMetric & { readonly labels: readonly string[] };

const slotSettings: readonly (keyof Slots)[] = [
  "max_connections",
  "reserved_connections",
  "superuser_reserved_connections",
];

const privileges: readonly (keyof Privileges)[] = ["pg_read_all_stats", "pg_signal_backend", "superuser"];

/** Where a label has other values in one metric than in another, `of` says in which. */
type ClosedLabel = readonly [label: string, values: readonly string[], of?: string];

const closedLabels: readonly ClosedLabel[] = [
  ["state", backendStates],
  ["kind", leakKinds],
  ["severity", severities],
  ["harm", harmLevels],
  ["holder", horizonHolders],
  ["end", episodeEnds],
  ["reason", failureReasons, "pgleash_look_failures_total"],
  ["reason", spareReasons, "pgleash_suspects_spared_total"],
  ["source", expectationSources],
  ["result", markerResults],
  ["mode", policyModes],
  ["action", ruleActions],
  ["outcome", outcomes],
  ["type", noticeTypes],
  ["window", Object.keys(budgetWindows)],
  ["setting", slotSettings],
  ["privilege", privileges],
  ["role", ["primary", "standby"]],
  ["pooler", ["true", "false"]],
  ["scope", ["server", "database", "role"]],
  ["bound", ["estimate", "lower", "upper"]],
  ["how", ["killed", "abandoned", "fatal"]],
  ["list", evidenceLists],
];

const openLabels: readonly (readonly [label: string, meaning: string])[] = [
  ["server", "the name of the server in the configuration"],
  [
    "datname, usename, application_name",
    "PostgreSQL's own names; empty where it has none or hides it, and where the sessions of a declared pool differ. At most `label_budget` sets are shown for each metric, the rest is summed under `…other`",
  ],
  ["pool", "the name of a declared pool in the configuration; empty for a pool that nobody declared"],
  [
    "rule",
    "the name of a rule of the policy, at most 100 of them; of counters also of rules that a reload took away, at most 200 in all, and `…other` for the rest",
  ],
  ["name", "the database or the role that has the limit; empty for the server"],
  [
    "key, value",
    "one of the comment keys that the configuration names, and what suspects say under it: users control the values. Beyond `label_budget` sets the value is `…other`",
  ],
  ["metric", "the metric whose label sets are beyond the budget"],
  ["version, nodeversion", "as the server, or Node.js, says"],
];

/** The text of `docs/metrics.md`. */
export function metricsDocs(processMetrics: readonly ProcessMetric[]): string {
  const grouped = metricGroups.map(
    ({ title, text, families }) => `## ${title}\n\n${text}\n\n${metricsTable(families)}`,
  );
  return `${[introduction, ...grouped, labels(), processSection(processMetrics)].join("\n\n")}\n`;
}

const introduction = `<!-- Generated from src/expose/metrics-*.ts by scripts/generate.mjs. Do not edit. -->

# Metrics

Everything that \`/metrics\` says, in the text format 0.0.4. The page is made anew from the last look at each server; a
scrape never queries. No metric has a pid, a query, a client address or the id of a prepared transaction as a label.`;

function labels(): string {
  const closed = closedLabels.map(([label, values, of]) => [
    of === undefined ? code(label) : `${code(label)} of ${code(of)}`,
    values.map(code).join(", "),
  ]);
  const open = openLabels.map(([label, meaning]) => [label.split(", ").map(code).join(", "), meaning]);
  return `## Labels

These have closed sets of values. What a metric can have of them is there from the start, at 0; only forecasts, and the
metrics by names that users choose, show no more than there is.

${table(["Label", "Values"], closed)}

The others:

${table(["Label", "Meaning"], open)}`;
}

function processSection(processMetrics: readonly ProcessMetric[]): string {
  return `## The process

What the library prom-client says of any Node.js process, as measured on Linux. None of it has the label \`server\`.

The delays of the event loop are those of the last minute, by some four samples a second: how late timers rang that were due at random
times. Of stalls shorter than a quarter of a second some are missed. Within the first tenths of a second there is none to show.

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
