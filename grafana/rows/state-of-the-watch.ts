import { DatetimeISO, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { table } from "../panels/table.ts";
import { gauge, selectedProcesses, sumOf } from "../query.ts";
import { words } from "../words.ts";

const lastLook = `time() - (${gauge("pgleash_last_success_timestamp_seconds")} > 0)`;

const servers = table({
  title: "Servers",
  description:
    "Whether each server is seen, and how well. Leaks of hidden sessions, and of those that were not read, go unseen. A server that was never seen has no last look.",
  span: 24,
  height: 6,
  labels: [
    { label: "server", title: "Server" },
    { label: "version", title: "Version" },
    { label: "role", title: "Role" },
    { label: "pooler", title: "Behind a pooler" },
  ],
  values: [
    { expr: gauge("pgleash_up"), title: "State", unit: Short, words: words.up },
    { expr: lastLook, title: "Last look ago", unit: Seconds },
    { expr: gauge("pgleash_look_interval_seconds"), title: "Looks every", unit: Seconds },
    { expr: gauge("pgleash_look_duration_seconds"), title: "A look takes", unit: Seconds },
    { expr: gauge("pgleash_hidden_sessions"), title: "Hidden sessions", unit: Short },
    { expr: gauge("pgleash_candidates_cut"), title: "Not read", unit: Short },
    { expr: gauge("pgleash_evidence_age_seconds"), title: "Age of evidence", unit: Seconds },
    {
      expr: gauge("pgleash_server_info", ["version", "role", "pooler"]),
      title: "Info",
      unit: Short,
      isHidden: true,
    },
  ],
  sortBy: "Last look ago",
});

const ofProcess = ["job", "instance"];

const processes = table({
  title: "Processes",
  description:
    "The processes of pgleash: whether Prometheus reaches them, whether the last configuration could be loaded, and what became of the files that name servers, where there are any. One that is down stays here for a day; one whose target was taken away does not.",
  span: 24,
  height: 6,
  labels: [
    { label: "job", title: "Job" },
    { label: "instance", title: "Instance" },
    { label: "version", title: "Version" },
    { label: "nodeversion", title: "Node.js" },
  ],
  values: [
    {
      expr: `${each(selectedProcesses("up"))} and on (job, instance) last_over_time(${selectedProcesses("pgleash_build_info")}[1d])`,
      title: "State",
      unit: Short,
      words: words.up,
    },
    {
      expr: each(selectedProcesses("pgleash_config_last_reload_successful")),
      title: "Last reload",
      unit: Short,
      words: words.worked,
    },
    {
      // Grafana counts time in milliseconds.
      expr: `1000 * ${each(selectedProcesses("pgleash_config_last_reload_success_timestamp_seconds"))}`,
      title: "Configuration of",
      unit: DatetimeISO,
    },
    {
      expr: each(selectedProcesses("pgleash_servers_file_last_reload_successful")),
      title: "Servers files",
      unit: Short,
      words: words.worked,
    },
    {
      expr: `1000 * (${each(selectedProcesses("pgleash_servers_file_last_reload_success_timestamp_seconds"))} > 0)`,
      title: "Servers files of",
      unit: DatetimeISO,
    },
    {
      expr: each(selectedProcesses("pgleash_servers_file_targets_refused")),
      title: "Targets left out",
      unit: Short,
    },
    {
      expr: `max by (job, instance, version, nodeversion) (${selectedProcesses("pgleash_build_info")})`,
      title: "Info",
      unit: Short,
      isHidden: true,
    },
  ],
  sortBy: "Instance",
});

/** Whether what the rest of the dashboard says can be believed. */
export const stateOfTheWatch: Row = {
  title: "Can the watch be believed?",
  panels: [
    servers,
    processes,
    graph({
      title: "Age of the last look",
      description: "How long ago a look at each server last succeeded, and how often it is looked at.",
      unit: Seconds,
      span: 12,
      height: 7,
      series: [
        { expr: lastLook, legend: "{{server}}" },
        {
          expr: gauge("pgleash_look_interval_seconds"),
          legend: "{{server}}, as configured",
          isBound: true,
        },
      ],
    }),
    graph({
      title: "What went unseen",
      description:
        "Sessions that the server hides from the role of pgleash, rows that a look or its evidence left out because each is bounded, and names that were added up under …other.",
      unit: Short,
      span: 12,
      height: 7,
      series: [
        { expr: gauge("pgleash_hidden_sessions"), legend: "{{server}} hidden" },
        { expr: gauge("pgleash_candidates_cut"), legend: "{{server}} not read" },
        { expr: sumOf(["server"], "pgleash_evidence_cut", ["list"]), legend: "{{server}} evidence left out" },
        {
          expr: sumOf(["server"], "pgleash_folded_label_sets", ["metric"]),
          legend: "{{server}} names added up",
        },
      ],
    }),
  ],
};

function each(selector: string): string {
  return `max by (${ofProcess.join(", ")}) (${selector})`;
}
