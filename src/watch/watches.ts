import type { Config } from "../config/config.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import { startSchedule } from "./schedule.ts";
import { createWatch, type Watch } from "./watch.ts";

/** All watched servers, each on a schedule and a connection of its own: one that hangs delays nobody. */
export type Watches = {
  /** Watches what the configuration names: goes on with the servers it knows by name, starts new ones, ends the rest. */
  apply(config: Config): Promise<void>;
  views(): readonly ServerView[];
  /** Finishes the looks under way, then ends every connection. */
  stop(): Promise<void>;
};

/** Nothing is watched before the first `apply`. `onChange` is called after each look. */
export function createWatches(log: Log, onChange: () => void): Watches {
  let watches = new Map<string, Watch>();
  let isStopped = false;
  let schedules: readonly { stop(): void }[] = [];

  function stopSchedules(): void {
    for (const schedule of schedules) schedule.stop();
    schedules = [];
  }

  return {
    views: () => [...watches.values()].map((watch) => watch.view()),
    async apply({ servers, labelBudget, commentLabels: commentKeys }) {
      const settings = servers.map((server) => ({ server, labelBudget, commentKeys }));
      // Meanwhile the old servers stay watched, and on the page: one of them may be in a look that hangs.
      await Promise.all(settings.map(async (one) => watches.get(one.server.name)?.configure(one)));
      if (isStopped) return;
      stopSchedules();
      const before = watches;
      watches = new Map(
        settings.map((one) => [
          one.server.name,
          before.get(one.server.name) ?? createWatch(one, log, onChange),
        ]),
      );
      schedules = servers.map(({ name, schedule }) => startSchedule(schedule, () => look(watches.get(name))));
      for (const watch of watches.values()) void look(watch);
      onChange();
      const gone = [...before].filter(([name]) => !watches.has(name));
      await Promise.all(gone.map(([, watch]) => watch.close()));
    },
    async stop() {
      isStopped = true;
      stopSchedules();
      await Promise.all([...watches.values()].map((watch) => watch.close()));
    },
  };
}

async function look(watch: Watch | undefined): Promise<void> {
  await watch?.look();
}
