import { mixes } from "../world/crowd-plan.ts";
import type { OnceMeasures } from "../phases/once.ts";
import type { StageMeasures } from "../phases/stage.ts";
import { absoluteTable } from "./absolutes.ts";
import type { Figure } from "./figure.ts";
import type { Machine } from "./machine.ts";
import { markdownTable } from "./markdown.ts";
import { growthFigures, onceFigures } from "./overall-figures.ts";
import { stageFigures } from "./stage-figures.ts";

export type Measures = {
  readonly machine: Machine;
  readonly stages: readonly StageMeasures[];
  readonly once: OnceMeasures;
};

/** Everything that was measured, as Markdown. */
export function reportOf({ machine, stages, once }: Measures): string {
  const measured = mixes.filter((mix) => stages.some((stage) => stage.mix === mix));
  const figures = [
    ...stages.flatMap(stageFigures),
    ...measured.flatMap((mix) => growthFigures(stages, mix)),
    ...onceFigures(once),
  ];
  return [machine.join("; "), figureTable(figures), absoluteTable(stages)].join("\n\n");
}

/** Rows of one figure stand together, whatever order they were measured in. */
function figureTable(figures: readonly Figure[]): string {
  const names = [...new Set(figures.map(({ name }) => name))];
  const sorted = names.flatMap((name) => figures.filter((figure) => figure.name === name));
  return markdownTable(
    ["figure", "sessions", "to reach", "measured (from–to)", "reached"],
    sorted.map(({ name, where, goal, measured, reached }) => [name, where, goal, measured, reached]),
  );
}
