import type { StageMeasures } from "../phases/stage.ts";
import { mixes } from "../world/crowd-plan.ts";
import type { Figure } from "./figure.ts";
import { markdownTable } from "./markdown.ts";
import { stageFigures } from "./stage-figures.ts";

/** A row for each figure in each mix, a column for each number of sessions. What missed its goal is in bold. */
export function stageTable(stages: readonly StageMeasures[]): string {
  const sizes = [...new Set(stages.map(({ sessions }) => sessions))].toSorted((a, b) => a - b);
  const measured = mixes.map((mix) => ({
    mix,
    figures: new Map(
      stages.filter((stage) => stage.mix === mix).map((stage) => [stage.sessions, stageFigures(stage)]),
    ),
  }));
  const names = [...new Set(measured.flatMap(({ figures }) => namesOf([...figures.values()])))];
  const rows = names.flatMap((name) =>
    measured.flatMap(({ mix, figures }) => {
      const found = sizes.map((size) => figures.get(size)?.find((figure) => figure.name === name));
      return found.every((figure) => figure === undefined)
        ? []
        : [[name, mix, shownGoals(found), ...found.map(shownMeasured)]];
    }),
  );
  return markdownTable(["figure", "mix", "to reach", ...sizes.map((size) => `${size} sessions`)], rows);
}

/** A row for each figure that is not of one number of sessions. */
export function overallTable(figures: readonly Figure[]): string {
  return markdownTable(
    ["figure", "of", "to reach", "measured"],
    figures.map((figure) => [figure.name, figure.where, figure.goal, shownMeasured(figure)]),
  );
}

function namesOf(stages: readonly (readonly Figure[])[]): readonly string[] {
  return stages.flatMap((figures) => figures.map(({ name }) => name));
}

/** One goal where all numbers of sessions share it, else one for each, in the order of the columns. */
function shownGoals(figures: readonly (Figure | undefined)[]): string {
  const goals = figures.map((figure) => figure?.goal ?? "–");
  return new Set(goals).size === 1 ? (goals[0] ?? "–") : goals.join(" / ");
}

function shownMeasured(figure: Figure | undefined): string {
  if (figure === undefined) return "–";
  return figure.reached === "no" ? `**${figure.measured}**` : figure.measured;
}
