import { Cron } from "croner";
import type { Schedule } from "../config/config.ts";

/** How far apart looks are, in seconds: as planned, and from where on a look cannot vouch for what went on before it. */
export type Timing = { readonly intervalSeconds: number; readonly gapSeconds: number };

/** A gap is this many intervals, and never so short that a slow look makes one. */
const INTERVALS_IN_A_GAP = 3;
const SHORTEST_GAP_SECONDS = 30;

/** A cron pattern may be uneven; so many of its next runs are asked for their distance. */
const RUNS_ASKED = 20;

/** Runs the task by the schedule until it is stopped. A run that finds the one before still going is left out. */
export function startSchedule(schedule: Schedule, task: () => Promise<void>): { stop(): void } {
  const cron =
    "cron" in schedule
      ? new Cron(schedule.cron, { protect: true }, task)
      : new Cron("* * * * * *", { protect: true, interval: schedule.everySeconds }, task);
  return { stop: () => cron.stop() };
}

/** The distances that a schedule keeps from `now` on. */
export function timingOf(schedule: Schedule, now: Date): Timing {
  const intervalSeconds = "cron" in schedule ? longestDistance(schedule.cron, now) : schedule.everySeconds;
  return {
    intervalSeconds,
    gapSeconds: Math.max(SHORTEST_GAP_SECONDS, INTERVALS_IN_A_GAP * intervalSeconds),
  };
}

function longestDistance(pattern: string, now: Date): number {
  const runs = new Cron(pattern, { paused: true })
    .nextRuns(RUNS_ASKED, now)
    .map((run) => run.getTime() / 1000);
  return runs.slice(1).reduce((longest, run, index) => Math.max(longest, run - (runs[index] ?? run)), 1);
}
