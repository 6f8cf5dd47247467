import { backoffSeconds } from "./backoff.ts";
import { emptyMemory, type Memory } from "./classify/memory.ts";
import type { ServerConfig } from "./config/config.ts";
import { cycle } from "./cycle.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "./expose/server-view.ts";
import type { ServerView } from "./expose/view.ts";
import type { Log } from "./log.ts";
import { narrate } from "./narrate.ts";
import { toFailure } from "./postgres/failure.ts";
import { probe, type Probe } from "./postgres/probe.ts";
import { openSession, type Session } from "./postgres/session.ts";
import type { Timing } from "./schedule.ts";

/** How to watch one server. */
export type WatchSettings = {
  readonly server: ServerConfig;
  readonly labelBudget: number;
  readonly timing: Timing;
};

/** One watched server: its connection, what is remembered of it, and what is shown of it. */
export type Watch = {
  /** Looks once, unless a look is under way or a failed connection is to be left alone for now. Never throws. */
  look(): Promise<void>;
  view(): ServerView;
  /** New settings, from the next look on. What is remembered stays; the connection too, unless it leads elsewhere. */
  configure(settings: WatchSettings): Promise<void>;
  /** Ends the connection, once the look under way is over. */
  close(): Promise<void>;
};

type Link = { readonly session: Session; readonly probe: Probe };

/** Prepares to watch a server; the first look connects. `onChange` is called after each look. */
export function createWatch(first: WatchSettings, log: Log, onChange: () => void): Watch {
  let settings = first;
  let link: Link | null = null;
  let memory: Memory = emptyMemory();
  let view = firstView(first.server.name, first.timing.intervalSeconds);
  let underWay: Promise<void> | null = null;
  let failedConnects = 0;
  let retryAtMs = 0;

  async function connected(deadlineSeconds: number): Promise<Link> {
    if (link?.session.isOpen()) return link;
    const session = openSession(settings.server.connection);
    view = { ...view, looks: { ...view.looks, connections: view.looks.connections + 1 } };
    try {
      link = { session, probe: await probe(session, deadlineSeconds) };
    } catch (error) {
      await session.close();
      throw error;
    }
    failedConnects = 0;
    return link;
  }

  /** One deadline for the whole look: connecting must not add to what the schedule allows. */
  async function lookOnce(startedMs: number): Promise<ServerView> {
    const { server, timing, labelBudget } = settings;
    const remaining = (): number => server.lookTimeoutSeconds - secondsSince(startedMs);
    const { session, probe: probed } = await connected(remaining());
    const result = await cycle(session, memory, {
      probe: probed,
      thresholds: server.thresholds,
      gapSeconds: timing.gapSeconds,
      deadlineSeconds: remaining(),
    });
    memory = result.memory;
    return viewAfterLook(view, { report: result.report, probe: probed, tally: memory.tally, labelBudget });
  }

  async function look(): Promise<void> {
    const startedMs = performance.now();
    const before = view;
    view = { ...view, looks: { ...view.looks, begun: view.looks.begun + 1 } };
    try {
      view = { ...(await lookOnce(startedMs)), lastSuccessSeconds: Date.now() / 1000 };
    } catch (error) {
      view = viewAfterFailure(view, toFailure(error));
      if (!link?.session.isOpen()) {
        failedConnects += 1;
        retryAtMs = performance.now() + 1000 * backoffSeconds(failedConnects, Math.random());
      }
    }
    view = { ...view, lastDurationSeconds: secondsSince(startedMs) };
    narrate(log, before, view);
    onChange();
  }

  return {
    view: () => view,
    look() {
      if (performance.now() < retryAtMs) return Promise.resolve();
      underWay ??= look().finally(() => (underWay = null));
      return underWay;
    },
    async configure(next) {
      await underWay;
      const leadsElsewhere = JSON.stringify(next.server.connection) !== JSON.stringify(settings.server.connection);
      settings = next;
      view = { ...view, intervalSeconds: next.timing.intervalSeconds };
      if (!leadsElsewhere) return;
      await link?.session.close();
      retryAtMs = 0;
    },
    async close() {
      await underWay;
      await link?.session.close();
    },
  };
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
