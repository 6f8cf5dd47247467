import { failureReasons } from "../postgres/failure.ts";
import { counter, gauge, one, type Family, type Sample } from "./family.ts";
import type { ServersFileView } from "./view.ts";

/** pgleash itself, and how its looks at the servers go. */
export const processMetrics: readonly Family[] = [
  {
    name: "pgleash_build_info",
    of: "process",
    type: "gauge",
    help: "The version of pgleash and of the Node.js that runs it. Always 1.",
    labels: ["version", "nodeversion"],
    samples: ({ version, nodeVersion }) => [{ labels: { version, nodeversion: nodeVersion }, value: 1 }],
  },
  {
    name: "pgleash_config_last_reload_successful",
    of: "process",
    type: "gauge",
    help: "Whether the last attempt to load the configuration, and the web configuration, succeeded. At 0, the last good one is in force.",
    labels: [],
    samples: ({ reload }) => one(Number(reload.successful)),
  },
  {
    name: "pgleash_config_last_reload_success_timestamp_seconds",
    of: "process",
    type: "gauge",
    help: "When the configuration or the web configuration was last loaded, both being good.",
    labels: [],
    samples: ({ reload }) => one(reload.lastSuccessSeconds),
  },
  ofServersFile(
    "pgleash_servers_file_last_reload_successful",
    "Whether every file of servers_file could be read when it was last tried. At 0, what a broken one said before is in force.",
    ({ isSuccessful }) => one(Number(isSuccessful)),
  ),
  ofServersFile(
    "pgleash_servers_file_last_reload_success_timestamp_seconds",
    "When a change of the files of servers_file was last taken over, all of them being fine; 0 if never.",
    ({ lastSuccessSeconds }) => one(lastSuccessSeconds ?? 0),
  ),
  ofServersFile(
    "pgleash_servers_file_targets_refused",
    "Targets of servers_file that are left out: no connection can be made of them, or another server has their name.",
    ({ refusedTargets }) => one(refusedTargets),
  ),
  {
    name: "pgleash_looks_unrecorded_total",
    of: "process",
    type: "counter",
    help: "Looks, of all servers, that are missing in the file of --record: the disk was full, failed, or was too slow. Absent where nothing is recorded.",
    labels: [],
    samples: ({ unrecordedLooks }) => (unrecordedLooks === null ? [] : one(unrecordedLooks)),
  },

  gauge(
    "pgleash_up",
    "Whether the last look at the server succeeded; 0 also before the first one, which may have to wait for its turn to connect.",
    [],
    ({ report }) => one(Number(report !== null)),
  ),
  gauge(
    "pgleash_last_success_timestamp_seconds",
    "When a look at the server last succeeded, by the clock of pgleash; 0 if never.",
    [],
    ({ lastSuccessSeconds }) => one(lastSuccessSeconds ?? 0),
  ),
  gauge("pgleash_look_interval_seconds", "How often the server is looked at, as configured.", [], (server) =>
    one(server.intervalSeconds),
  ),
  gauge("pgleash_look_duration_seconds", "How long the last look took, connecting included.", [], (server) =>
    server.lastDurationSeconds === null ? [] : one(server.lastDurationSeconds),
  ),
  counter("pgleash_looks_total", "Looks, the failed ones included.", [], ({ looks }) => one(looks.begun)),
  counter("pgleash_look_failures_total", "Looks that failed, by reason.", ["reason"], ({ looks }) =>
    failureReasons.map((reason) => ({ labels: { reason }, value: looks.failures[reason] })),
  ),
  counter(
    "pgleash_quick_looks_total",
    "Quick looks by the time of the last look, the failed ones included. Absent without quick_every.",
    [],
    ({ quickLooks }) => (quickLooks === null ? [] : one(quickLooks.begun)),
  ),
  counter(
    "pgleash_quick_look_failures_total",
    "Quick looks that failed, by reason: none is taken before the next look that succeeds. Absent without quick_every.",
    ["reason"],
    ({ quickLooks }) =>
      quickLooks === null
        ? []
        : failureReasons.map((reason) => ({ labels: { reason }, value: quickLooks.failures[reason] })),
  ),
  counter(
    "pgleash_quick_looks_due_total",
    "Quick looks that called for a look, which came at once and is among pgleash_looks_total. Absent without quick_every.",
    [],
    ({ quickLooks }) => (quickLooks === null ? [] : one(quickLooks.calledFor)),
  ),
  counter(
    "pgleash_connections_opened_total",
    "Connections opened to the server. One is held at a time, so growth says that it, or the way to it, does not hold.",
    [],
    ({ looks }) => one(looks.connections),
  ),
];

/** There only where the configuration has a `servers_file`. */
function ofServersFile(
  name: string,
  help: string,
  samples: (serversFile: ServersFileView) => readonly Sample[],
): Family {
  return {
    name,
    of: "process",
    type: "gauge",
    help,
    labels: [],
    samples: ({ serversFile }) => (serversFile === null ? [] : samples(serversFile)),
  };
}
