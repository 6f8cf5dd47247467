import {
  BytesIEC,
  CountsPerSecond,
  PercentUnit,
  Seconds,
  Short,
} from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { gauge, growth, selectedProcesses, rate } from "../query.ts";

/** Other programs have metrics of these names, too. */
const ofPgleash = `and on (job, instance) ${selectedProcesses("pgleash_build_info")}`;

/** What looking costs the servers, and pgleash itself. */
export const costOfLooking: Row = {
  title: "What does looking cost?",
  panels: [
    graph({
      title: "Duration of a look",
      description: "How long the last look at each server took, connecting included.",
      unit: Seconds,
      span: 6,
      series: [{ expr: gauge("pgleash_look_duration_seconds"), legend: "{{server}}" }],
    }),
    graph({
      title: "Looks",
      description:
        "Looks a second, the failed ones included, those that failed by reason, and those that are missing in a recording (--record).",
      unit: CountsPerSecond,
      span: 6,
      series: [
        { expr: rate(["server"], "pgleash_looks_total"), legend: "{{server}} looks" },
        {
          expr: rate(["server", "reason"], "pgleash_look_failures_total"),
          legend: "{{server}} failed: {{reason}}",
        },
        {
          expr: `sum by (job, instance) (rate(${selectedProcesses("pgleash_looks_unrecorded_total")}[$__rate_interval]))`,
          legend: "{{instance}} not recorded",
        },
      ],
    }),
    graph({
      title: "Quick looks",
      description:
        "Quick looks a second (quick_every), those that called for a look at once, and those that failed by reason.",
      unit: CountsPerSecond,
      span: 6,
      series: [
        { expr: rate(["server"], "pgleash_quick_looks_total"), legend: "{{server}} quick looks" },
        { expr: rate(["server"], "pgleash_quick_looks_due_total"), legend: "{{server}} called for a look" },
        {
          expr: rate(["server", "reason"], "pgleash_quick_look_failures_total"),
          legend: "{{server}} failed: {{reason}}",
        },
      ],
    }),
    graph({
      title: "Connections opened",
      description:
        "One connection is held to each server. Where this grows, it does not hold, or the way to it does not.",
      unit: Short,
      span: 6,
      series: [{ expr: growth(["server"], "pgleash_connections_opened_total"), legend: "{{server}}" }],
      as: "bars",
    }),
    graph({
      title: "Processor time",
      description: "The share of one core that each process of pgleash uses.",
      unit: PercentUnit,
      span: 8,
      series: [
        {
          expr: `rate(${selectedProcesses("process_cpu_seconds_total")}[$__rate_interval]) ${ofPgleash}`,
          legend: "{{instance}}",
        },
      ],
    }),
    graph({
      title: "Memory",
      description: "The resident memory of each process of pgleash.",
      unit: BytesIEC,
      span: 8,
      series: [
        {
          expr: `${selectedProcesses("process_resident_memory_bytes")} ${ofPgleash}`,
          legend: "{{instance}}",
        },
      ],
    }),
    graph({
      title: "Lag of the event loop",
      description:
        "How late timers of each process of pgleash rang in the last minute, by some four samples a second: 99 of 100 rang sooner.",
      unit: Seconds,
      span: 8,
      series: [
        {
          expr: `${selectedProcesses("nodejs_eventloop_lag_p99_seconds")} ${ofPgleash}`,
          legend: "{{instance}}",
        },
      ],
    }),
  ],
};
