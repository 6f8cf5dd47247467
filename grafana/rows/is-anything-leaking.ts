import { PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { number } from "../panels/number.ts";
import { gauge, selected, sumOf } from "../query.ts";
import { usableSlots } from "../slots.ts";
import { words } from "../words.ts";

const labels = ["kind", "severity"];

/** The answer at one glance. */
export const isAnythingLeaking: Row = {
  title: "Is anything leaking?",
  panels: [
    number({
      title: "Servers not watched",
      description:
        "Servers at which no look succeeds, or of which no process has told since some time within the last day. While there are any, the rest of this row says nothing of them.",
      unit: Short,
      span: 3,
      values: [{ expr: notWatched(), legend: "not watched" }],
      colors: [[1, "red"]],
      otherwise: "nobody looks",
    }),
    number({
      title: "Leaked",
      description:
        "Sessions, prepared transactions and pools so old in their state that nobody is expected to come back for them.",
      unit: Short,
      span: 3,
      values: [{ expr: sumOf([], "pgleash_suspects", labels, 'severity="leaked"'), legend: "leaked" }],
      colors: [[1, "red"]],
    }),
    number({
      title: "Suspected",
      description:
        "Suspects that are not old enough to be called leaked yet. A few that come and go are normal.",
      unit: Short,
      span: 3,
      values: [{ expr: sumOf([], "pgleash_suspects", labels, 'severity="suspect"'), legend: "suspected" }],
      colors: [[1, "orange"]],
    }),
    number({
      title: "Waiting for suspects",
      description: "Sessions that wait for a lock of a suspect, directly or behind others.",
      unit: Short,
      span: 3,
      values: [{ expr: sumOf([], "pgleash_blocked_sessions", []), legend: "waiting" }],
      colors: [[1, "red"]],
    }),
    number({
      title: "Slots run out in",
      description:
        "When the first of all limits is reached, of a server, a database or a role, if sessions leak on as they do: the estimate between the bounds of its 90 % interval. Red within the hour, orange within a day.",
      unit: Seconds,
      span: 7,
      values: [
        { expr: soonest("lower"), legend: "at the earliest" },
        { expr: soonest("estimate"), legend: "estimate" },
        { expr: soonest("upper"), legend: "at the latest" },
      ],
      colors: [
        [3600, "orange"],
        [86_400, "green"],
      ],
      below: "red",
      words: words.forecast,
      otherwise: "nobody looks",
    }),
    number({
      title: "Fullest server",
      description: "Slots in use, of those that an ordinary role can take: reserved slots are none of them.",
      unit: PercentUnit,
      span: 5,
      values: [{ expr: `max(${gauge("pgleash_slots_used")} / ${usableSlots})`, legend: "used" }],
      colors: [
        [0.8, "orange"],
        [0.95, "red"],
      ],
    }),
  ],
};

/** Seconds, or -1 where there is no forecast although somebody looks. */
function soonest(bound: "lower" | "estimate" | "upper"): string {
  const forecast = gauge("pgleash_slots_exhaustion_seconds", ["scope", "name", "bound"], `bound="${bound}"`);
  return `min(${forecast}) or max(${gauge("pgleash_up")} == 1) - 2`;
}

/** How many of the servers that were known within a day are not seen now; 0 where there are none, and nothing where none was known. */
function notWatched(): string {
  const known = `max by (server) (last_over_time(${selected("pgleash_up")}[1d]))`;
  return `count(${known} unless on (server) ${gauge("pgleash_up")} == 1) or 0 * max(${known})`;
}
