import { ratios } from "../measure/statistics.ts";
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

/** What is measured once. */
export function onceFigures({ startUp, manyServers, backToBack }: OnceMeasures): readonly Figure[] {
  const { residentGrowth, residentNoise, heapGrowth, looks } = backToBack;
  const isSteady = residentGrowth <= 2 * residentNoise;
  return [
    figureOf("start to first page with data / `node -e 0`", "once", { atMost: 1.8 }, [
      ...ratios(startUp.firstPageMs, startUp.bareNodeMs),
    ]),
    figureOf("memory with 300 servers / with one", "once", { atMost: 3 }, [
      ...ratios(manyServers.many, manyServers.one),
    ]),
    {
      name: `memory over ${looks} looks back to back: growth over the last four fifths, MiB`,
      where: "once",
      goal: "within noise",
      measured: `${shownMegabytes(residentGrowth)} (noise ±${shownMegabytes(residentNoise)}; heap after collection ${shownMegabytes(heapGrowth)})`,
      reached: isSteady ? "yes" : "no",
    },
    figureOf("own CPU of a look back to back, without a page, µs", "once", null, [backToBack.cpuOfLook]),
  ];
}
