import { ledgerRecord } from "../act/ledger-record.ts";
import type { Config, ServerConfig } from "../config/config.ts";
import type { Floors } from "../decide/policy.ts";
import { createDiscovery } from "../discover/discovery.ts";
import type { TargetReader } from "../discover/target-reader.ts";
import type { ServersFileView, ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../record/recorder.ts";
import { createEnforcement, type Enforcement } from "./enforcement.ts";
import { renamings, type CountedNames } from "./renamed.ts";
import { createRoster, type Recall } from "./roster.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** All watched servers, and what it takes to end sessions on them. */
export type Watches = {
  /** Watches what the configuration and its servers files name: goes on with the servers it knows by name, starts new ones, ends the rest. */
  apply(config: Config): Promise<void>;
  views(): readonly ServerView[];
  /** `null` where no file names servers. */
  serversFile(): ServersFileView | null;
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
  /** How often servers files are read; only tests are in a hurry. */
  readonly readEverySeconds?: number;
  /** What reads them; a thread unless a test says otherwise. */
  readonly startReader?: () => TargetReader;
  /** Called after each look, and when other servers are watched. */
  readonly onChange: () => void;
};

/** What is the same for all servers. */
type Common = Omit<WatchSettings, "server">;

/** Nothing is watched before the first `apply`. */
export function createWatches(options: WatchesOptions): Watches {
  const { log } = options;
  let common: Common | null = null;
  let servers: readonly ServerConfig[] = [];
  let isStopped = false;
  const roster = createRoster(options);
  const enforcement = createEnforcement({
    ...options,
    ledgers: () => roster.leashes().map(([server, leash]) => ledgerRecord(server, leash)),
  });
  const inTurn = oneAfterAnother(() => isStopped);
  const discovery = createDiscovery({
    log,
    onFound: () => inTurn(() => settle(common, false)),
    onChange: options.onChange,
    ...(options.readEverySeconds === undefined ? {} : { everySeconds: options.readEverySeconds }),
    ...(options.startReader === undefined ? {} : { startReader: options.startReader }),
  });

  async function settle(next: Common | null, isNews: boolean): Promise<void> {
    if (next === null) return;
    const all = discovery.servers();
    if (common !== null) tellRenamed(countedNames(servers, common), countedNames(all, next), log);
    [servers, common] = [all, next];
    enforcement.keep(await roster.settle(settingsOf(all, next), recallOf(enforcement, isNews)));
  }

  return {
    views: () => roster.views(),
    serversFile: () => discovery.state(),
    async apply(config) {
      const { labelBudget, commentLabels: commentKeys, policy, warnings } = config;
      // Before anything that waits: what is applied may be meant to stop the acts of a look under way.
      roster.stopActing();
      await inTurn(async () => {
        if (warnings.length > 0) log.warn({ warnings }, "configuration loaded, with warnings");
        const leash = await enforcement.configure(policy);
        // An audit that was read only now tells of an earlier process what a watch that went on without it does not know.
        const isNews = common?.leash.audit !== leash.audit;
        const next = { labelBudget, commentKeys, leash };
        // Servers files may be slow: at the start nobody whom the configuration names waits for them.
        if (common === null) {
          roster.allowActing();
          await roster.settle(settingsOf(config.servers, next), recallOf(enforcement, isNews));
        }
        // The audit may have been opened behind the back of whoever stopped.
        if (isStopped) return enforcement.close();
        await discovery.use(config);
        roster.allowActing();
        await settle(next, isNews);
      });
    },
    async holdBack() {
      await inTurn(() => settle(common === null ? null : heldBack(common), false));
    },
    reopenAudit: async () => (isStopped ? undefined : enforcement.reopen()),
    async stop() {
      isStopped = true;
      discovery.stop();
      await roster.stop();
      await enforcement.close();
    },
  };
}

function settingsOf(all: readonly ServerConfig[], common: Common): readonly WatchSettings[] {
  return all.map((server) => ({ server, ...common }));
}

function recallOf(enforcement: Enforcement, isNews: boolean): Recall {
  return { leashOf: (server, known) => enforcement.leashOf(server, known), isNews };
}

function tellRenamed(before: CountedNames, after: CountedNames, log: Log): void {
  for (const { message, ...names } of renamings(before, after)) log.warn(names, message);
}

function countedNames(servers: readonly ServerConfig[], { leash }: Common): CountedNames {
  return { servers: servers.map(({ name }) => name), rules: leash.policy.rules.map(({ name }) => name) };
}

function heldBack(common: Common): Common {
  return { ...common, leash: { ...common.leash, isEnforcing: false } };
}

/** Runs one operation after another, until all is over: two must not settle at once who is watched. */
function oneAfterAnother(isOver: () => boolean): (operation: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (operation) => {
    const turn = last.then(() => (isOver() ? undefined : operation()));
    last = turn.catch(() => undefined); // whoever asked for it is told
    return turn;
  };
}
