import { ratios } from "../measure/statistics.ts";
import type { BackToBack, Growth } from "../phases/back-to-back.ts";
import type { OnceMeasures } from "../phases/once.ts";
import type { StageMeasures } from "../phases/stage.ts";
import type { Mix } from "../world/crowd-plan.ts";
import { figureOf, missingFigure, type Figure } from "./figure.ts";
import { shownMegabytes } from "./numbers.ts";

const GROWTH = "own CPU of look and scrape with 5000 sessions / with 500";

/** What compares two stages of one mix. */
export function growthFigures(stages: readonly StageMeasures[], mix: Mix): readonly Figure[] {
  const at = (sessions: number): readonly number[] | undefined =>
    stages.find((stage) => stage.mix === mix && stage.sessions === sessions)?.working.pgleash.ownCpu;
  const [many, few] = [at(5000), at(500)];
  const goal = { atMost: 1.25 };
  if (many === undefined || few === undefined)
    return [missingFigure(GROWTH, mix, goal, "needs both in one run")];
  return [figureOf(GROWTH, mix, goal, ratios(many, few))];
}

const FAILED = "has failed";
const START = "start to first page with data / `node -e 0`";
const MANY = "memory with 300 servers / with one";
const STEADY = "heap after collection, over the last four fifths of looks back to back: growth, MiB";

/** What is measured once. */
export function onceFigures({ startUp, manyServers, backToBack }: OnceMeasures): readonly Figure[] {
  const [startGoal, manyGoal] = [{ atMost: 1.8 }, { atMost: 3 }];
  return [
    startUp === null
      ? missingFigure(START, "once", startGoal, FAILED)
      : figureOf(START, "once", startGoal, ratios(startUp.firstPageMs, startUp.bareNodeMs)),
    manyServers === null
      ? missingFigure(MANY, "once", manyGoal, FAILED)
      : figureOf(MANY, "once", manyGoal, ratios(manyServers.many, manyServers.one)),
    ...(backToBack === null ? [missingFigure(STEADY, "once", null, FAILED)] : lookFigures(backToBack)),
  ];
}

function lookFigures({ resident, heap, looks, cpuOfLook }: BackToBack): readonly Figure[] {
  return [
    {
      name: STEADY,
      where: `${looks} looks`,
      goal: "≤ 2 standard errors",
      measured: `${shownGrowth(heap)}; resident memory ${shownGrowth(resident)}`,
      // Resident memory goes up and down in steps of the allocator, for minutes: what is lost shows in the heap.
      reached: heap.bytes <= 2 * heap.error ? "yes" : "no",
    },
    figureOf("own CPU of a look back to back, without a page, µs", `${looks} looks`, null, [cpuOfLook]),
  ];
}

function shownGrowth({ bytes, error }: Growth): string {
  return `${shownMegabytes(bytes)} (± ${shownMegabytes(error)})`;
}
