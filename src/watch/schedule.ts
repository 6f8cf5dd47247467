import { Cron } from "croner";
import type { Schedule } from "../config/config.ts";

/** How far apart looks are, in seconds: as planned, and from where on a look cannot vouch for what went on before it. */
export type Timing = { readonly intervalSeconds: number; readonly gapSeconds: number };

/** So many planned looks left out make a gap, but never so short a time that a slow look makes one. */
const LOOKS_TO_A_GAP = 3;
const SHORTEST_GAP_SECONDS = 30;

/** What runs until it is stopped. */
export type Running = { stop(): void };

/**
 * Runs the task by the schedule. A run that finds the one before still going is left out. The `phase` (from 0 to below 1)
 * says where in the interval; a cron pattern says that itself.
 */
export function startSchedule(schedule: Schedule, phase: number, task: () => Promise<void>): Running {
  if ("everySeconds" in schedule) return startInterval(1000 * schedule.everySeconds, phase, task);
  const cron = new Cron(schedule.cron, { protect: true }, task);
  return { stop: () => cron.stop() };
}

/** By a clock that nobody sets, and without drift: each run is planned from the one that was planned before. */
function startInterval(everyMs: number, phase: number, task: () => Promise<void>): Running {
  let isGoing = false;
  let plannedMs = Math.floor(performance.now() / everyMs) * everyMs + phase * everyMs;
  let timer = arm();

  function arm(): NodeJS.Timeout {
    const nowMs = performance.now();
    while (plannedMs <= nowMs) plannedMs += everyMs;
    return setTimeout(run, plannedMs - nowMs);
  }

  function run(): void {
    plannedMs += everyMs;
    timer = arm();
    if (isGoing) return;
    isGoing = true;
    void task().finally(() => (isGoing = false));
  }

  return { stop: () => clearTimeout(timer) };
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
