import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { graph } from "../panels/graph.ts";
import { gauge, sumOf } from "../query.ts";
import { usableSlots } from "../slots.ts";

type Bound = "estimate" | "lower" | "upper";

const poolLabels = ["datname", "usename", "application_name", "pool"];

const poolLegend = "{{server}} {{pool}} {{application_name}} ({{usename}})";

/** How full the servers are, what fills them, and when they will be full. */
export const untilSlotsRunOut: Row = {
  title: "How long until slots run out?",
  panels: [
    graph({
      title: "Connection slots",
      description: "Slots in use, and how many an ordinary role can take. Reserved slots are subtracted.",
      unit: Short,
      series: [
        { expr: gauge("pgleash_slots_used"), legend: "{{server}} used" },
        { expr: usableSlots, legend: "{{server}} usable", isBound: true },
      ],
    }),
    graph({
      title: "Slots run out in",
      description:
        "The time left of each limit that a leak runs into, with the bounds of the 90 % interval. There is nothing to see without a leak.",
      unit: Seconds,
      series: [
        { expr: timeLeft("estimate"), legend: "{{server}} {{scope}} {{name}}" },
        { expr: timeLeft("lower"), legend: "{{server}} {{scope}} {{name}} at the earliest", isBound: true },
        { expr: timeLeft("upper"), legend: "{{server}} {{scope}} {{name}} at the latest", isBound: true },
      ],
    }),
    graph({
      title: "How full those limits are",
      description:
        "The slots in use of each limit that a leak runs into, over those that an ordinary role can take. There is nothing to see without a leak.",
      unit: PercentUnit,
      series: [
        {
          expr: gauge("pgleash_slots_exhaustion_used_ratio", ["scope", "name"]),
          legend: "{{server}} {{scope}} {{name}}",
        },
      ],
    }),
    graph({
      title: "Leak rate",
      description:
        "Sessions that an overgrown pool leaks a minute, with the bounds of the 90 % interval. A pool is known by its name, where it is declared, or by application and role.",
      unit: CountsPerMinute,
      series: [
        { expr: leakRate("estimate"), legend: poolLegend },
        { expr: leakRate("lower"), legend: `${poolLegend} at least`, isBound: true },
        { expr: leakRate("upper"), legend: `${poolLegend} at most`, isBound: true },
      ],
    }),
    graph({
      title: "Sessions by state",
      description: "All client sessions of the chosen servers, suspected or not.",
      unit: Short,
      series: [{ expr: sumOf(["state"], "pgleash_sessions", ["state"]), legend: "{{state}}" }],
      as: "stacked",
    }),
  ],
};

function timeLeft(bound: Bound): string {
  return gauge("pgleash_slots_exhaustion_seconds", ["scope", "name", "bound"], `bound="${bound}"`);
}

/** Sessions a minute. */
function leakRate(bound: Bound): string {
  return `60 * ${gauge("pgleash_leak_rate_sessions_per_second", [...poolLabels, "bound"], `bound="${bound}"`)}`;
}
