import { setTimeout } from "node:timers/promises";

import type { Episode } from "../../../src/classify/episode.ts";
import { holderOf } from "../../../src/classify/holder.ts";
import type { DeclaredPool } from "../../../src/classify/pools/pool.ts";
import { builtInRules } from "../../../src/classify/thresholds.ts";
import { cycle, firstRemembered, type CycleOptions } from "../../../src/cycle.ts";
import type { Connected } from "../../../src/postgres/attempts/make-attempt.ts";
import { startDeadline } from "../../../src/postgres/deadline.ts";
import { timingOf } from "../../../src/watch/schedule.ts";
import type { FastClock } from "./fast-clock.ts";
import { throughFastClock } from "./fast-session.ts";
import type { Named, Recording, Tick } from "./recording.ts";
import { readWholeView } from "./whole-view.ts";

/**
 * How often is looked, in seconds by the fast clock. A third as often as where nothing is configured: what a look costs is not made
 * faster, and a busy machine would leave gaps for which no look can vouch.
 */
export const EVERY_SECONDS = 30;

/** What a look and the whole view may take together: where the machine is busy, a late look is a gap, and no end of the run. */
const PATIENCE_SECONDS = 30;

/** Longer without a look, and no look vouches for the time in between. */
export const GAP_SECONDS = timingOf({ everySeconds: EVERY_SECONDS }, new Date(0)).gapSeconds;

export type RecordOptions = {
  readonly clock: FastClock;
  readonly pools: readonly DeclaredPool[];
  /** Asked before each look: whether there is to be another one. */
  readonly goesOn: () => boolean;
};

/**
 * Looks as the program does, at the pace that it has by the fast clock, and reads the whole view beside each look from the same
 * copy: within a transaction the server keeps the one that it made first.
 */
export async function record(
  connected: Connected,
  { clock, pools, goesOn }: RecordOptions,
): Promise<Recording> {
  const { session, probe } = connected;
  const fast = throughFastClock(session, clock);
  const judging = {
    probe,
    thresholds: builtInRules,
    pools,
    commentKeys: [],
    gapSeconds: GAP_SECONDS,
    // Two clocks on one machine: that they agree need not be tried, and could not be by one that runs fast.
    sinceLastLookSeconds: null,
    isOutOfTurn: false,
    believesRows: false,
    leashing: null,
  };
  let remembered = firstRemembered();
  const ticks: Tick[] = [];
  let dueMs = performance.now();
  while (goesOn()) {
    const deadline = startDeadline(PATIENCE_SECONDS);
    const options: CycleOptions = { ...judging, deadline };
    const plainly = { deadline, prepare: false };
    await session.query("BEGIN", [], plainly);
    const { report, remembered: after } = await cycle(fast, remembered, options);
    const view = await readWholeView(session, clock, deadline);
    await session.query("COMMIT", [], plainly);
    remembered = after;
    ticks.push({ ...view, named: report.suspects.map(namedBy) });
    dueMs = Math.max(dueMs + (1000 * EVERY_SECONDS) / clock.factor, performance.now());
    await setTimeout(dueMs - performance.now());
  }
  return ticks;
}

function namedBy(episode: Episode): Named {
  const { usename, applicationName } = holderOf(episode);
  const { kind, severity, harm } = episode;
  const pid = "backend" in episode ? episode.backend.id.pid : null;
  return { kind, severity, harm: harm.level, usename, applicationName, pid };
}
