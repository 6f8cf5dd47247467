import { createLease } from "../act/lease.ts";
import type { ServerConfig } from "../config/config.ts";
import { cycle, firstRemembered } from "../cycle.ts";
import type { Leash } from "../decide/leash.ts";
import type { Report } from "../expose/report.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../expose/server-view.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import { createConnection } from "../postgres/connection.ts";
import { startDeadline } from "../postgres/deadline.ts";
import { toFailure } from "../postgres/failure.ts";
import type { Recorder } from "../record/recorder.ts";
import { leashingOf, type LeashSettings } from "./leashing.ts";
import { narrate, nothingTold } from "./narrate.ts";
import { timingOf } from "./schedule.ts";

/** How to watch one server. */
export type WatchSettings = {
  readonly server: ServerConfig;
  readonly labelBudget: number;
  /** Keys of statement comments that become labels. */
  readonly commentKeys: readonly string[];
  readonly leash: LeashSettings;
};

/** One watched server: its connection, what is remembered of it, and what is shown of it. */
export type Watch = {
  /** Looks once, unless a look is under way or a failed connection is to be left alone for now. Never throws. */
  look(): Promise<void>;
  view(): ServerView;
  /** What limits are counted on: to be put on record where the audit begins anew. */
  leash(): Leash;
  /** New settings, from the next look on. What is remembered stays; the connection too, unless it leads elsewhere. */
  configure(settings: WatchSettings): Promise<void>;
  /** Ends the connection, once the look under way is over. */
  close(): Promise<void>;
};

/** What an earlier process left of a server is the `leash`. */
export type WatchStart = {
  readonly settings: WatchSettings;
  readonly leash: Leash;
  readonly log: Log;
  /** Where what each look reads is put on record; nowhere without one. */
  readonly recorder?: Recorder | undefined;
  /** Called after each look. */
  readonly onChange: () => void;
};

/** Prepares to watch a server; the first look connects. */
export function createWatch({ settings: first, leash, log, recorder, onChange }: WatchStart): Watch {
  const connection = createConnection();
  const lease = createLease();
  let settings = first;
  let remembered = firstRemembered(leash);
  let lastLookMs: number | null = null;
  let view = firstView(first.server.name, timingOf(first.server.schedule, new Date()).intervalSeconds);
  let told = nothingTold;
  let underWay: Promise<void> | null = null;

  /** One deadline for the whole look: connecting must not add to what the schedule allows. */
  async function lookOnce(): Promise<ServerView> {
    const { server, labelBudget, commentKeys } = settings;
    const { lookTimeoutSeconds, schedule, thresholds, pools } = server;
    const deadline = startDeadline(lookTimeoutSeconds);
    const { session, probe } = await connection.use(server.connection, { deadline, lookTimeoutSeconds });
    const lastLook = view.lastSuccessSeconds === null ? new Date() : new Date(view.lastSuccessSeconds * 1000);
    const { gapSeconds, intervalSeconds } = timingOf(schedule, lastLook);
    const nowMs = performance.now();
    const sinceLastLookSeconds = lastLookMs === null ? null : (nowMs - lastLookMs) / 1000;
    const around = { lease, probe, pollSeconds: intervalSeconds, deadline };
    const leashing = leashingOf(server.name, settings.leash, around);
    const judging = { thresholds, pools, commentKeys, gapSeconds, sinceLastLookSeconds, believesRows: false };
    const looked = await cycle(session, remembered, { ...judging, probe, deadline, leashing });
    const { report } = looked;
    remembered = looked.remembered;
    recorder?.record({ server: server.name, ...looked.reading }, remembered.memory.attributions);
    lastLookMs = nowMs;
    connection.succeeded();
    // Sessions that hide or show themselves mean that a grant changed, and with it what the probe found out.
    if (hidesSessions(view.report) !== hidesSessions(report)) connection.askAgain();
    const { memory, decisions } = remembered;
    const result = { report, probe, tally: memory.tally, decisions, labelBudget, commentKeys };
    const after = viewAfterLook(view, result);
    return { ...after, intervalSeconds, lastSuccessSeconds: Date.now() / 1000 };
  }

  async function look(): Promise<void> {
    const startedMs = performance.now();
    const before = view;
    try {
      view = await lookOnce();
    } catch (error) {
      view = viewAfterFailure(view, toFailure(error));
      connection.failed();
    }
    const looks = { ...view.looks, begun: view.looks.begun + 1, connections: connection.opened() };
    view = { ...view, looks, lastDurationSeconds: (performance.now() - startedMs) / 1000 };
    told = narrate(log, { before, after: view, told });
    onChange();
  }

  return {
    view: () => view,
    leash: () => remembered.leash,
    look() {
      if (underWay === null && connection.isDue()) underWay = look().finally(() => (underWay = null));
      return underWay ?? Promise.resolve();
    },
    async configure(next) {
      await underWay;
      const before = settings.server;
      settings = next;
      if (JSON.stringify(next.server.connection) !== JSON.stringify(before.connection))
        await connection.close();
      else if (next.server.lookTimeoutSeconds !== before.lookTimeoutSeconds) connection.askAgain();
    },
    async close() {
      await underWay;
      await connection.close();
    },
  };
}

function hidesSessions(report: Report | null): boolean {
  return (report?.snapshot.coverage.hiddenSessions ?? 0) > 0;
}
