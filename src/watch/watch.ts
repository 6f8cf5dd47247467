import type { Leash } from "../decide/leash.ts";
import { firstView, viewAfterFailure } from "../expose/server-view.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import { toFailure } from "../postgres/failure.ts";
import type { Recorder } from "../record/recorder.ts";
import { createLooking } from "./looking.ts";
import { narrate, nothingTold } from "./narrate.ts";
import { timingOf } from "./schedule.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** One watched server: its connection, what is remembered of it, and what is shown of it. */
export type Watch = {
  /** Looks once, unless a look is under way or a failed connection is to be left alone for now. Never throws. */
  look(): Promise<void>;
  view(): ServerView;
  /** What limits are counted on: to be put on record where the audit begins anew. */
  leash(): Leash;
  /** From now on no act is begun, not even by the look under way, until new settings are in place. */
  stopActing(): void;
  /**
   * New settings, from the next look on; the one under way begins no further act. What is remembered stays; the connection
   * too, unless it leads elsewhere. `recall` gets what limits are counted on, and returns it with what was learned anew.
   */
  configure(settings: WatchSettings, recall?: (leash: Leash) => Leash): Promise<void>;
  /** Ends the connection, once the look under way is over; it begins no further act. */
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
  const looking = createLooking(leash, recorder);
  let settings = first;
  const { intervalSeconds } = timingOf(first.server.schedule, new Date());
  let view = firstView(first.server.name, intervalSeconds, first.leash.policy);
  let told = nothingTold;
  let underWay: Promise<void> | null = null;
  let stopping = new AbortController();

  async function look(): Promise<void> {
    const startedMs = performance.now();
    const before = view;
    try {
      view = await looking.look(settings, view, stopping.signal);
    } catch (error) {
      view = viewAfterFailure(view, toFailure(error));
      looking.failed();
    }
    const looks = { ...view.looks, begun: view.looks.begun + 1, connections: looking.opened() };
    view = { ...view, looks, lastDurationSeconds: (performance.now() - startedMs) / 1000 };
    told = narrate(log, { before, after: view, told });
    onChange();
  }

  return {
    view: () => view,
    leash: () => looking.leash(),
    look() {
      if (underWay === null && looking.isDue()) underWay = look().finally(() => (underWay = null));
      return underWay ?? Promise.resolve();
    },
    stopActing: () => stopping.abort(),
    async configure(next, recall) {
      stopping.abort();
      await underWay;
      const before = settings;
      settings = next;
      view = { ...view, policy: next.leash.policy };
      stopping = new AbortController();
      if (recall !== undefined) looking.recall(recall(looking.leash()));
      await looking.configure(before, next);
    },
    async close() {
      stopping.abort();
      await underWay;
      await looking.close();
    },
  };
}
