import { median, ratios } from "../measure/statistics.ts";
import type { StageMeasures } from "../phases/stage.ts";
import type { TargetKey } from "../targets/target.ts";
import { figureOf, missingFigure, type Figure } from "./figure.ts";
import { censusOverFloor, goalFor, minuteOverActivity, quickLookOverFloor } from "./goals.ts";
import { shown } from "./numbers.ts";

const NOT_INSTALLED = "postgres_exporter is not installed";
const NOT_MEASURED = "not measured";

/** As good as none: a session of the crowd that is held up may grow old for a moment. */
const FEW_DETAILS = 0.1;

/** What was promised of one number of sessions in one mix. */
export function stageFigures(stage: StageMeasures): readonly Figure[] {
  return [...serverFigures(stage), ...ownFigures(stage), ...countFigures(stage)];
}

export function nameOfStage({ sessions, mix }: Pick<StageMeasures, "sessions" | "mix">): string {
  return `${sessions} ${mix}`;
}

function serverFigures(stage: StageMeasures): readonly Figure[] {
  const where = nameOfStage(stage);
  const isCalm = stage.mix === "calm";
  const cpu = (key: TargetKey): readonly number[] => stage.costs.get(key)?.serverCpu ?? [];
  const over = (
    name: string,
    goal: { readonly atMost: number } | null,
    [above, below]: readonly [TargetKey, TargetKey],
  ): Figure => {
    const missing = whyMissing(stage, [above, below]);
    if (missing !== null) return missingFigure(name, where, goal, missing);
    return figureOf(name, where, goal, ratios(cpu(above), cpu(below)));
  };
  // Many suspects are looked at closely, and should be: the goals are for few.
  const goals = (of: typeof censusOverFloor): { readonly atMost: number } | null =>
    isCalm ? goalFor(of, stage.sessions) : null;
  return [
    over("server CPU of a census / floor", goals(censusOverFloor), ["census", "floor"]),
    over("server CPU of a census / postgres_exporter's activity query", { atMost: 0.6 }, [
      "census",
      "exporter_activity",
    ]),
    over("server CPU of a census / postgres_exporter's default scrape", { atMost: 0.35 }, [
      "census",
      "exporter_default",
    ]),
    over("server CPU of a quick look / floor", goals(quickLookOverFloor), ["quick_look", "floor"]),
    over("server CPU of a whole look / floor", null, ["whole_look", "floor"]),
    minuteFigure(stage),
  ];
}

/** From the costs of one each: nobody waits a minute for every figure. */
function minuteFigure(stage: StageMeasures): Figure {
  const name =
    "server CPU a minute: quick look every 1 s and whole look every 15 s / activity query every 15 s";
  const where = nameOfStage(stage);
  const goal = goalFor(minuteOverActivity, stage.sessions);
  const missing = whyMissing(stage, ["quick_look", "whole_look", "exporter_activity"]);
  if (missing !== null) return missingFigure(name, where, goal, missing);
  const of = (key: TargetKey): readonly number[] => stage.costs.get(key)?.serverCpu ?? [];
  const looks = of("whole_look");
  const ours = of("quick_look").map((quick, index) => 60 * quick + 4 * (looks[index] ?? Number.NaN));
  const theirs = of("exporter_activity").map((cpu) => 4 * cpu);
  return figureOf(name, where, goal, ratios(ours, theirs));
}

function whyMissing({ costs }: StageMeasures, keys: readonly TargetKey[]): string | null {
  const missing = keys.find((key) => !costs.has(key));
  if (missing !== undefined) return missing.startsWith("exporter") ? NOT_INSTALLED : NOT_MEASURED;
  const details = keys.map((key) => median(costs.get(key)?.detailsRead ?? []));
  const many = details.find((count) => count > FEW_DETAILS);
  return many === undefined ? null : `each read ${shown(many)} sessions in detail, and should have read none`;
}

function ownFigures(stage: StageMeasures): readonly Figure[] {
  const { pgleash, activity } = stage.working;
  const { resting } = stage;
  const where = nameOfStage(stage);
  const beside = (name: string, atMost: number, key: "ownCpu" | "p99Ms"): Figure =>
    activity === null
      ? missingFigure(name, where, { atMost }, NOT_INSTALLED)
      : figureOf(name, where, { atMost }, ratios(pgleash[key], activity[key]));
  const memory = figureOf(
    "memory, high-water mark / a Node.js process that serves a page",
    where,
    { atMost: 1.5 },
    [pgleash.highest / resting.constantPageMemory],
  );
  return [
    beside("own CPU of look and scrape / postgres_exporter's activity scrape", 0.8, "ownCpu"),
    figureOf(
      "own CPU of a scrape / of a constant page",
      where,
      { atMost: 1.5 },
      ratios(resting.scrapeCpu, resting.constantPageCpu),
    ),
    beside("scrape p99 while looks run / postgres_exporter's", 0.25, "p99Ms"),
    memory,
  ];
}

/** These are counted, and must be as they are on any machine. */
function countFigures({ steady, resting, working, ...stage }: StageMeasures): readonly Figure[] {
  const where = nameOfStage(stage);
  const counts = [working.pgleash.connections, steady.newConnections, steady.parses, steady.temporaryFiles];
  const isHeld = counts.join("; ") === "1; 0; 0; 0";
  return [
    figureOf(`statements that ${resting.scrapes} scrapes cause`, where, { atMost: 0 }, [
      resting.statementsDuringScrapes,
    ]),
    {
      name: `connections held; new backends, Parse messages, temporary files in ${steady.looks} looks`,
      where,
      goal: "1; 0; 0; 0",
      measured: counts.join("; "),
      reached: isHeld ? "yes" : "no",
    },
  ];
}
