import type { Outcome, Sessions } from "./outcome.ts";

/** How right somebody was over some scenarios. */
export type Score = {
  readonly leaks: number;
  readonly found: number;
  readonly honest: number;
  readonly falseAlarms: number;
  /** Of all that was called a leak, how much was one; `null` where nothing was. */
  readonly precision: number | null;
  /** Of all leaks, how many were found; `null` where there was none. */
  readonly recall: number | null;
  /** Of those found, by the fast clock; `null` where none was. */
  readonly medianSeconds: number | null;
};

/** A scenario counts once, however many sessions it has. Pure. */
export function scoreOf(outcomes: readonly Outcome[], judge: string): Score {
  const leaks = outcomes.filter(({ label }) => label.leak !== null);
  const honest = outcomes.filter(({ label }) => label.leak === null);
  const found = leaks.filter((outcome) => saysLeak(outcome, judge));
  const falseAlarms = honest.filter((outcome) => saysLeak(outcome, judge));
  const called = found.length + falseAlarms.length;
  return {
    leaks: leaks.length,
    found: found.length,
    honest: honest.length,
    falseAlarms: falseAlarms.length,
    precision: called === 0 ? null : found.length / called,
    recall: leaks.length === 0 ? null : found.length / leaks.length,
    medianSeconds: median(found.flatMap(({ said }) => said.get(judge)?.afterSeconds ?? [])),
  };
}

/** What pgleash said of single sessions, added up. Pure. */
export function sessionSum(outcomes: readonly Outcome[]): Sessions {
  return outcomes.reduce(
    (sum, { sessions }) => ({
      leaked: sum.leaked + (sessions?.leaked ?? 0),
      named: sum.named + (sessions?.named ?? 0),
      wronged: sum.wronged + (sessions?.wronged ?? 0),
    }),
    { leaked: 0, named: 0, wronged: 0 },
  );
}

/** What is wrong: a leak that was not found, or honest work that was called one. */
export function isWrong(outcome: Outcome, judge: string): boolean {
  return saysLeak(outcome, judge) !== (outcome.label.leak !== null);
}

function saysLeak({ said }: Outcome, judge: string): boolean {
  return said.get(judge)?.leaks === true;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
