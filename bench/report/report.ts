import { mixes } from "../world/crowd-plan.ts";
import type { OnceMeasures } from "../phases/once.ts";
import type { StageMeasures } from "../phases/stage.ts";
import { absoluteTable } from "./absolutes.ts";
import { overallTable, stageTable } from "./figure-tables.ts";
import type { Machine } from "./machine.ts";
import { growthFigures, onceFigures } from "./overall-figures.ts";

export type Measures = {
  readonly machine: Machine;
  readonly stages: readonly StageMeasures[];
  readonly once: OnceMeasures;
};

/** Everything that was measured, as Markdown. */
export function reportOf({ machine, stages, once }: Measures): string {
  const measured = mixes.filter((mix) => stages.some((stage) => stage.mix === mix));
  const overall = [...measured.flatMap((mix) => growthFigures(stages, mix)), ...onceFigures(once)];
  return [machine.join("; "), stageTable(stages), overallTable(overall), absoluteTable(stages)].join("\n\n");
}
