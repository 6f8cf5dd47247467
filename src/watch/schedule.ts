import { Cron } from "croner";
import type { Schedule } from "../config/config.ts";

/** How far apart looks are, in seconds: as planned, and from where on a look cannot vouch for what went on before it. */
export type Timing = { readonly intervalSeconds: number; readonly gapSeconds: number };

/** So many planned looks left out make a gap, but never so short a time that a slow look makes one. */
const LOOKS_TO_A_GAP = 3;
const SHORTEST_GAP_SECONDS = 30;

/** Runs the task by the schedule until it is stopped. A run that finds the one before still going is left out. */
export function startSchedule(schedule: Schedule, task: () => Promise<void>): { stop(): void } {
  const cron =
    "cron" in schedule
      ? new Cron(schedule.cron, { protect: true }, task)
      : new Cron("* * * * * *", { protect: true, interval: schedule.everySeconds }, task);
  return { stop: () => cron.stop() };
}

/** The distances that a schedule keeps after a look at `lastLook`. A cron pattern may be uneven: they are those of then. */
export function timingOf(schedule: Schedule, lastLook: Date): Timing {
  const [first = 0, second = 0, third = 0] = plannedAfter(schedule, lastLook);
  return { intervalSeconds: second - first, gapSeconds: Math.max(SHORTEST_GAP_SECONDS, third) };
}

/** The next planned looks, in seconds after this one. */
function plannedAfter(schedule: Schedule, lastLook: Date): readonly number[] {
  if ("everySeconds" in schedule) return [1, 2, LOOKS_TO_A_GAP].map((count) => count * schedule.everySeconds);
  const runs = new Cron(schedule.cron, { paused: true }).nextRuns(LOOKS_TO_A_GAP, lastLook);
  return runs.map((run) => (run.getTime() - lastLook.getTime()) / 1000);
}
