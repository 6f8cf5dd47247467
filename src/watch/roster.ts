import type { Leash } from "../decide/leash.ts";
import type { ServerView } from "../expose/view.ts";
import { createOpenings } from "./openings.ts";
import { startWatch, type ScheduledWatch } from "./scheduled-watch.ts";
import type { WatchStart } from "./watch.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** The servers that are watched now, each on a schedule and a connection of its own: one that hangs delays nobody. */
export type Roster = {
  /**
   * Watches these from now on: starts new ones, goes on with those it knows by name, ends the rest. Whoever's settings stay the same
   * notices nothing. Resolves with what the ended ones knew last.
   */
  settle(all: readonly WatchSettings[], recall: Recall): Promise<ReadonlyMap<string, Leash>>;
  /** In the order of the last settlement. */
  views(): readonly ServerView[];
  /** What limits are counted on, also of those that are watched no more, until the look under way at them is over. */
  leashes(): readonly (readonly [server: string, leash: Leash])[];
  /** No act is begun until `allowActing`, and the next settlement after it. */
  stopActing(): void;
  allowActing(): void;
  /** Finishes the looks under way, then ends every connection. */
  stop(): Promise<void>;
};

/** What limits are counted on, from before this process watched a server. */
export type Recall = {
  readonly leashOf: (server: string, known?: Leash) => Leash;
  /** Whether there is more to know also of those that are watched already. */
  readonly isNews: boolean;
};

/** What is the same for all watches. */
export type RosterOptions = Omit<WatchStart, "settings" | "leash" | "opening">;

/** Nobody is watched before the first settlement. `begin` is how a watch is started. */
export function createRoster(
  options: RosterOptions,
  begin: (start: WatchStart) => ScheduledWatch = startWatch,
): Roster {
  let watched: ReadonlyMap<string, ScheduledWatch> = new Map();
  let leaving: readonly (readonly [string, ScheduledWatch])[] = [];
  let isActingStopped = false;
  let isStopped = false;
  const openings = createOpenings(() => watched.size);

  function start(settings: WatchSettings, { leashOf }: Recall): ScheduledWatch {
    const leash = leashOf(settings.server.name);
    const watch = begin({ ...options, settings, leash, opening: openings.forServer() });
    if (isActingStopped) watch.stopActing();
    return watch;
  }

  async function change(settings: WatchSettings, { leashOf, isNews }: Recall): Promise<void> {
    const { name } = settings.server;
    const watch = watched.get(name);
    await watch?.change(settings, isNews ? (known) => leashOf(name, known) : undefined);
    if (isActingStopped) watch?.stopActing();
  }

  return {
    views: () => [...watched.values()].map((watch) => watch.view()),
    leashes: () => [...leaving, ...watched].map(([server, watch]) => [server, watch.leash()]),
    async settle(all, recall) {
      if (isStopped) return new Map();
      const before = watched;
      watched = new Map(
        all.map((settings) => [
          settings.server.name,
          before.get(settings.server.name) ?? start(settings, recall),
        ]),
      );
      leaving = [...before].filter(([name]) => !watched.has(name));
      options.onChange();
      // Meanwhile those that are to change stay watched, and on the page: one of them may be in a look that hangs.
      const [ended] = await Promise.all([
        endOf(leaving),
        ...all.filter(({ server }) => before.has(server.name)).map((settings) => change(settings, recall)),
      ]);
      leaving = [];
      return ended;
    },
    stopActing() {
      isActingStopped = true;
      for (const watch of watched.values()) watch.stopActing();
    },
    allowActing() {
      isActingStopped = false;
    },
    async stop() {
      isStopped = true;
      await endOf([...watched]);
    },
  };
}

/** Ends these watches, and resolves with what they knew last. */
async function endOf(
  watches: readonly (readonly [string, ScheduledWatch])[],
): Promise<ReadonlyMap<string, Leash>> {
  return new Map(
    await Promise.all(watches.map(async ([server, watch]) => [server, await watch.end()] as const)),
  );
}
