import { ledgerRecord } from "../act/ledger-record.ts";
import type { Config } from "../config/config.ts";
import type { Leash } from "../decide/leash.ts";
import type { Floors } from "../decide/policy.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../record/recorder.ts";
import { startSchedule } from "./schedule.ts";
import { createEnforcement } from "./enforcement.ts";
import { renamings, type CountedNames } from "./renamed.ts";
import { createWatch, type Watch } from "./watch.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** All watched servers, each on a schedule and a connection of its own: one that hangs delays nobody. */
export type Watches = {
  /** Watches what the configuration names: goes on with the servers it knows by name, starts new ones, ends the rest. */
  apply(config: Config): Promise<void>;
  views(): readonly ServerView[];
  /** Stops acting until the next configuration: the last one was bad, and nobody knows what it was to change. */
  holdBack(): Promise<void>;
  /** Opens the audit anew, for whoever rotates it. */
  reopenAudit(): Promise<void>;
  /** Finishes the looks under way, then ends every connection. */
  stop(): Promise<void>;
};

/** How this process watches, whatever the configuration says. */
export type WatchesOptions = {
  readonly log: Log;
  /** The flag `--enforce`: without it, no policy ends anybody. */
  readonly isFlagged: boolean;
  /** The youngest age at which sessions may be ended. No configuration says anything of it. */
  readonly floors: Floors;
  readonly version: string;
  /** Where what each look reads is put on record; nowhere without one. */
  readonly recorder?: Recorder | undefined;
  /** Called after each look. */
  readonly onChange: () => void;
};

/** Nothing is watched before the first `apply`. */
export function createWatches(options: WatchesOptions): Watches {
  const { log, onChange } = options;
  let watches = new Map<string, Watch>();
  /** Those that are watched no more, until the look under way at them is over. */
  let leaving: readonly (readonly [string, Watch])[] = [];
  let applied: readonly WatchSettings[] = [];
  const enforcement = createEnforcement({
    ...options,
    ledgers: () => [...leaving, ...watches].map(([server, watch]) => ledgerRecord(server, watch.leash())),
  });
  let isStopped = false;
  let schedules: readonly { stop(): void }[] = [];

  function stopSchedules(): void {
    for (const schedule of schedules) schedule.stop();
    schedules = [];
  }

  function start(settings: WatchSettings): Watch {
    return createWatch({ ...options, settings, leash: enforcement.leashOf(settings.server.name) });
  }

  /** An audit that was read only now tells of an earlier process what a watch that went on without it does not know. */
  async function configureKnown(settings: WatchSettings): Promise<void> {
    const { name } = settings.server;
    const isAuditNew = applied.every(({ leash }) => leash.audit !== settings.leash.audit);
    const recall = (known: Leash): Leash => enforcement.leashOf(name, known);
    await watches.get(name)?.configure(settings, isAuditNew ? recall : undefined);
  }

  return {
    views: () => [...watches.values()].map((watch) => watch.view()),
    async apply({ servers, labelBudget, commentLabels: commentKeys, policy, warnings }) {
      // Before anything that waits: what is applied may be meant to stop the acts of a look under way.
      for (const watch of watches.values()) watch.stopActing();
      if (warnings.length > 0) log.warn({ warnings }, "configuration loaded, with warnings");
      const leash = await enforcement.configure(policy);
      const settings = servers.map((server) => ({ server, labelBudget, commentKeys, leash }));
      tellRenamed(applied, settings, log);
      const configuring = settings.map(configureKnown);
      applied = settings;
      // Meanwhile the old servers stay watched, and on the page: one of them may be in a look that hangs.
      await Promise.all(configuring);
      if (isStopped) return;
      stopSchedules();
      const before = watches;
      watches = new Map(settings.map((one) => [one.server.name, before.get(one.server.name) ?? start(one)]));
      schedules = servers.map(({ name, schedule }) => startSchedule(schedule, () => look(watches.get(name))));
      for (const watch of watches.values()) void look(watch);
      onChange();
      leaving = [...before].filter(([name]) => !watches.has(name));
      enforcement.keep(await closed(leaving));
      leaving = [];
    },
    async holdBack() {
      await Promise.all(applied.map(async (one) => watches.get(one.server.name)?.configure(heldBack(one))));
    },
    reopenAudit: () => enforcement.reopen(),
    async stop() {
      isStopped = true;
      stopSchedules();
      await Promise.all([...watches.values()].map((watch) => watch.close()));
      await enforcement.close();
    },
  };
}

function tellRenamed(before: readonly WatchSettings[], after: readonly WatchSettings[], log: Log): void {
  for (const { message, ...names } of renamings(countedNames(before), countedNames(after)))
    log.warn(names, message);
}

function countedNames(settings: readonly WatchSettings[]): CountedNames {
  const rules = settings[0]?.leash.policy.rules ?? []; // all servers have the same
  return { servers: settings.map(({ server }) => server.name), rules: rules.map(({ name }) => name) };
}

function heldBack(settings: WatchSettings): WatchSettings {
  return { ...settings, leash: { ...settings.leash, isEnforcing: false } };
}

/** Ends these watches, and resolves with what they knew last. */
async function closed(watches: readonly (readonly [string, Watch])[]): Promise<ReadonlyMap<string, Leash>> {
  await Promise.all(watches.map(([, watch]) => watch.close()));
  return new Map(watches.map(([server, watch]) => [server, watch.leash()]));
}

async function look(watch: Watch | undefined): Promise<void> {
  await watch?.look();
}
