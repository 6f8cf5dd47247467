import type { Leash } from "../decide/leash.ts";
import { firstView, viewAfterFailure } from "../expose/server-view.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import { toFailure } from "../postgres/failure.ts";
import type { Recorder } from "../record/recorder.ts";
import { createLooking } from "./looking.ts";
import { createLookTurns } from "./look-turns.ts";
import { narrate, nothingTold } from "./narrate.ts";
import type { Opening, Place } from "./openings.ts";
import { createQuickLooks } from "./quick-looks.ts";
import { timingOf } from "./schedule.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** One watched server: its connection, what is remembered of it, and what is shown of it. */
export type Watch = {
  /** Looks once, unless a look is under way or a failed connection is to be left alone for now. Never throws. */
  look(): Promise<void>;
  /** Looks quickly, unless it is not the time, and then really if that is due. Never while a look is under way. Never throws. */
  lookQuickly(): Promise<void>;
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
  /** What bounds how many connections are being opened at once. */
  readonly opening: Opening;
  readonly log: Log;
  /** Where what each look reads is put on record; nowhere without one. */
  readonly recorder?: Recorder | undefined;
  /** Called after each look. */
  readonly onChange: () => void;
};

/** Prepares to watch a server; the first look connects. */
export function createWatch({ settings: first, log, recorder, onChange, ...start }: WatchStart): Watch {
  const looking = createLooking({ ...start, recorder });
  const quickLooks = createQuickLooks(looking, log);
  let settings = first;
  let view = viewBefore(first);
  let told = nothingTold;
  let changing: Promise<void> = Promise.resolve();
  let stopping = new AbortController();
  const closing = new AbortController();
  const turns = createLookTurns({ looking, quickLooks, signal: closing.signal }, look);

  async function look(place: Place, isOutOfTurn: boolean): Promise<void> {
    await changing;
    quickLooks.lookBegins(isOutOfTurn);
    const startedMs = performance.now();
    const before = view;
    try {
      view = await looking.look(settings, view, { place, stopping: stopping.signal, isOutOfTurn });
    } catch (error) {
      view = viewAfterFailure(view, toFailure(error));
      looking.failed();
    }
    const seconds = (performance.now() - startedMs) / 1000;
    view = quickLooks.lookEnded(settings.server, counted(view, looking.opened(), seconds));
    told = narrate(log, { before, after: view, told });
    onChange();
  }

  /** A look that still waits for leave keeps its place, and will look by the new settings. */
  async function change(next: WatchSettings, recall: ((leash: Leash) => Leash) | undefined): Promise<void> {
    await Promise.all([turns.settled(), quickLooks.settled()]);
    const before = settings;
    [settings, stopping] = [next, new AbortController()];
    view = { ...view, policy: next.leash.policy };
    if (recall !== undefined) looking.recall(recall(looking.leash()));
    await looking.configure(before, next);
  }

  return {
    view: () => view,
    leash: () => looking.leash(),
    look: () => turns.take(false),
    async lookQuickly() {
      await changing;
      if (turns.isTaken() || closing.signal.aborted) return;
      const isDue = await quickLooks.take(settings.server);
      if (isDue && !closing.signal.aborted) await turns.take(true);
    },
    stopActing: () => stopping.abort(),
    configure(next, recall) {
      stopping.abort();
      changing = change(next, recall);
      return changing;
    },
    async close() {
      stopping.abort();
      closing.abort();
      await quickLooks.settled();
      await turns.ended();
      await looking.close();
    },
  };
}

function viewBefore({ server, leash }: WatchSettings): ServerView {
  const { intervalSeconds } = timingOf(server.schedule, new Date());
  return firstView(server.name, intervalSeconds, leash.policy);
}

function counted(view: ServerView, connections: number, seconds: number): ServerView {
  const looks = { ...view.looks, begun: view.looks.begun + 1, connections };
  return { ...view, looks, lastDurationSeconds: seconds };
}
