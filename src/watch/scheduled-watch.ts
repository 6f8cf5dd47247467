import type { ServerConfig } from "../config/config.ts";
import type { Leash } from "../decide/leash.ts";
import { phaseOf, quickPhaseOf } from "./phase.ts";
import { startSchedule, type Running } from "./schedule.ts";
import { createWatch, type Watch, type WatchStart } from "./watch.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** A watch that looks by its schedule, and quickly in between where that is configured. */
export type ScheduledWatch = Pick<Watch, "view" | "leash" | "stopActing"> & {
  /** As `configure` of the watch. Where nothing of the server itself changes, its looks stay where they are in time. */
  change(next: WatchSettings, recall: ((leash: Leash) => Leash) | undefined): Promise<void>;
  /** Looks no more. Resolves with what limits were counted on, once the look under way is over. */
  end(): Promise<Leash>;
};

/** Looks at once, and from then on by the schedule. `create` is how the watch itself is made. */
export function startWatch(start: WatchStart, create = createWatch): ScheduledWatch {
  const watch = create(start);
  let { settings } = start;
  let running = schedule(settings);
  let isEnded = false;

  function schedule({ server }: WatchSettings): Running {
    const { name, schedule: plan, quickEverySeconds } = server;
    const looks = startSchedule(plan, phaseOf(name), () => watch.look());
    if (quickEverySeconds === null) return looks;
    const phase = quickPhaseOf(server, quickEverySeconds);
    const quick = startSchedule({ everySeconds: quickEverySeconds }, phase, () => watch.lookQuickly());
    return {
      stop() {
        looks.stop();
        quick.stop();
      },
    };
  }

  void watch.look();
  return {
    view: () => watch.view(),
    leash: () => watch.leash(),
    stopActing: () => watch.stopActing(),
    async change(next, recall) {
      const before = settings;
      if (areSame(before, next)) return;
      settings = next;
      await watch.configure(next, recall);
      if (isEnded || isSameServer(before.server, next.server)) return;
      running.stop();
      running = schedule(next);
      void watch.look();
    },
    async end() {
      isEnded = true;
      running.stop();
      await watch.close();
      return watch.leash();
    },
  };
}

function areSame(one: WatchSettings, other: WatchSettings): boolean {
  return (
    isSameServer(one.server, other.server) &&
    one.leash === other.leash &&
    one.labelBudget === other.labelBudget &&
    one.commentKeys === other.commentKeys
  );
}

/** By value: whoever reads a configuration anew makes everything anew. Matchers are functions, with their text beside them. */
function isSameServer(one: ServerConfig, other: ServerConfig): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
