import { spreadOf } from "../measure/statistics.ts";
import { shownSpread } from "./numbers.ts";

/** One figure that was promised, as it was measured. */
export type Figure = {
  readonly name: string;
  /** With how many sessions, in which mix; or `once`. */
  readonly where: string;
  readonly goal: string;
  readonly measured: string;
  readonly reached: "yes" | "no" | "–";
};

type Goal = { readonly atMost: number } | null;

/** A ratio or another number with a spread. The goal is for the median; without one the figure stands for comparison. */
export function figureOf(name: string, where: string, goal: Goal, values: readonly number[]): Figure {
  if (values.length === 0) return missingFigure(name, where, goal, "not measured");
  const spread = spreadOf(values);
  const reached = goal === null ? "–" : spread.median <= goal.atMost ? "yes" : "no";
  return { name, where, goal: shownGoal(goal), measured: shownSpread(spread), reached };
}

/** A figure that nothing could be measured for, and why. */
export function missingFigure(name: string, where: string, goal: Goal, why: string): Figure {
  return { name, where, goal: shownGoal(goal), measured: why, reached: "–" };
}

function shownGoal(goal: Goal): string {
  return goal === null ? "–" : `≤ ${goal.atMost}`;
}
