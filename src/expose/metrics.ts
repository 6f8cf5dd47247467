import type { Family } from "./family.ts";
import { episodeMetrics } from "./metrics-episodes.ts";
import { evidenceMetrics } from "./metrics-evidence.ts";
import { foldingMetrics } from "./metrics-folding.ts";
import { leashMetrics } from "./metrics-leash.ts";
import { poolMetrics } from "./metrics-pools.ts";
import { processMetrics } from "./metrics-process.ts";
import { serverMetrics } from "./metrics-server.ts";
import { sessionMetrics } from "./metrics-sessions.ts";
import { suspectMetrics } from "./metrics-suspects.ts";

/** Metrics of one subject, and what the documentation says of them all. */
export type MetricGroup = {
  readonly title: string;
  readonly text: string;
  readonly families: readonly Family[];
};

const goneWhileDown = "Gone while `pgleash_up` is 0.";

/** The subjects, in the order of the page. */
export const metricGroups: readonly MetricGroup[] = [
  {
    title: "pgleash itself",
    text: "There also while a server is down.",
    families: processMetrics,
  },
  {
    title: "The server, and what pgleash may see of it",
    text: "Info and privileges are those of the last connection, but for `pg_signal_backend`, which is asked anew with the evidence. The rest is gone while `pgleash_up` is 0.",
    families: serverMetrics,
  },
  { title: "Sessions", text: goneWhileDown, families: sessionMetrics },
  { title: "Suspects", text: goneWhileDown, families: suspectMetrics },
  {
    title: "Pools that leak, and slots that run out",
    text: `${goneWhileDown} The first seven are of the pools that the configuration declares.`,
    families: poolMetrics,
  },
  {
    title: "Evidence",
    text: `Read beside the looks, more rarely; between two readings the last one holds. ${goneWhileDown}`,
    families: evidenceMetrics,
  },
  {
    title: "The leash",
    text: "Counters live as long as the process, and stay while a server is down. Those by rule are there from the start for each configured rule and for `…other`; without rules all stay at 0. `pgleash_policy_rules` is always there, too; the other gauges only where there are rules, and gone while `pgleash_up` is 0.",
    families: leashMetrics,
  },
  { title: "The label budget", text: goneWhileDown, families: foldingMetrics },
  {
    title: "Episodes",
    text: "Each suspect followed over looks. Counters live as long as the process, and stay while a server is down.",
    families: episodeMetrics,
  },
];

/** Every metric of the page but the process' own. Nothing else names a metric; `docs/metrics.md` is made from this. */
export const metrics: readonly Family[] = metricGroups.flatMap(({ families }) => families);
