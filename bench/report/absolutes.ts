import { median } from "../measure/statistics.ts";
import type { StageMeasures } from "../phases/stage.ts";
import type { ProgramUse } from "../phases/working-program.ts";
import { targetKeys, targetNames } from "../targets/target.ts";
import { markdownTable } from "./markdown.ts";
import { shown, shownMegabytes } from "./numbers.ts";
import { nameOfStage } from "./stage-figures.ts";

type Row = { readonly name: string; readonly value: (stage: StageMeasures) => string };

const NOTHING = "–";

const programs = [
  ["pgleash", "pgleash"],
  ["activity", "postgres_exporter, activity"],
  ["default", "postgres_exporter, default"],
] as const;

/** The medians themselves, a column for each stage. They hold for the machine that they were measured on. */
export function absoluteTable(stages: readonly StageMeasures[]): string {
  const rows = [...serverRows(), ...programs.flatMap(([key, name]) => useRows(key, name)), ...ownRows];
  return markdownTable(
    ["median", ...stages.map(nameOfStage)],
    rows.map(({ name, value }) => [name, ...stages.map(value)]),
  );
}

function serverRows(): readonly Row[] {
  return targetKeys.map((key) => ({
    name: `server CPU, µs: ${targetNames[key]}`,
    value: ({ costs }) => {
      const cost = costs.get(key);
      return cost === undefined ? NOTHING : shown(median(cost.serverCpu));
    },
  }));
}

function useRows(key: "pgleash" | "activity" | "default", name: string): readonly Row[] {
  const row = (what: string, value: (use: ProgramUse) => string): Row => ({
    name: `${what}: ${name}`,
    value: ({ working }) => {
      const use = working[key];
      return use === null ? NOTHING : value(use);
    },
  });
  const cpu = key === "pgleash" ? "own CPU of a look and a scrape, µs" : "own CPU of a scrape, µs";
  return [
    row(cpu, ({ ownCpu }) => shown(median(ownCpu))),
    row("scrape p50 / p99, ms", ({ p50Ms, p99Ms }) => `${shown(median(p50Ms))} / ${shown(median(p99Ms))}`),
    row(
      "memory / high-water mark, MiB",
      (use) => `${shownMegabytes(use.resident)} / ${shownMegabytes(use.highest)}`,
    ),
    row("connections", ({ connections }) => String(connections)),
  ];
}

const ownRows: readonly Row[] = [
  {
    name: "own CPU of a scrape, µs: pgleash at rest",
    value: ({ resting }) => shown(median(resting.scrapeCpu)),
  },
  {
    name: "own CPU of a scrape, µs: constant page",
    value: ({ resting }) => shown(median(resting.constantPageCpu)),
  },
  {
    name: "high-water mark, MiB: constant page",
    value: ({ resting }) => shownMegabytes(resting.constantPageMemory),
  },
  {
    name: "page of pgleash, kB (as sent) / series",
    value: ({ resting }) =>
      `${shown(resting.bytes / 1000)} (${shown(resting.bytesSent / 1000)}) / ${resting.series}`,
  },
  {
    name: "from threshold to verdict on the page, s (of 1 s between looks)",
    value: ({ working }) => shown(median(working.verdictSeconds)),
  },
  {
    name: "statements / rows a look, evidence included",
    value: ({ steady }) =>
      `${shown(steady.statements / steady.looks)} / ${shown(steady.rows / steady.looks)}`,
  },
  {
    name: "sessions that a quick look read in detail",
    value: ({ costs }) => shown(median(costs.get("quick_look")?.detailsRead ?? [])),
  },
  { name: "minor faults a look", value: ({ steady }) => shown(steady.minorFaults / steady.looks) },
];
