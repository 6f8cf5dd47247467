import { createFileTurns } from "./file-turns.ts";
import type { Config } from "./config/config.ts";
import { createAdviceRequests } from "./expose/advice-request.ts";
import { explainRequest } from "./expose/explain-request.ts";
import { landingStyleHash } from "./expose/landing/style.ts";
import { pageContentType } from "./expose/page.ts";
import { createPages, type Pages } from "./expose/pages.ts";
import type { View } from "./expose/view.ts";
import type { Log } from "./log.ts";
import type { Recorder } from "./record/recorder.ts";
import { oneForAll } from "./one-for-all.ts";
import { createReloadState, toldOf, type Reloaded } from "./reloaded.ts";
import { unready } from "./expose/unready.ts";
import { createWatches, type Watches, type WatchesOptions } from "./watch/watches.ts";
import type { Content } from "./web/content.ts";
import type { BoundAddress, ListenAddress } from "./web/connections/listen.ts";
import { followWebConfig, noWebConfig, type LiveWebConfig } from "./web/config/live-web-config.ts";
import type { LoadedWebConfig } from "./web/config/load-web-config.ts";
import { openWebConfig, type WebConfig } from "./web/config/web-config.ts";
import { webConfigWarnings } from "./web/config/web-config-warnings.ts";
import { startWebServer } from "./web/web-server.ts";

/** A configuration, or what is wrong with it: one line each. */
export type Loaded = { readonly config: Config } | { readonly problems: readonly string[] };

export type DaemonOptions = {
  readonly config: Config;
  /** Reads the configuration anew. */
  reloadConfig(): Promise<Loaded>;
  /** How long that may take, in seconds; 10 by default. */
  readonly reloadPatienceSeconds?: number;
  readonly log: Log;
  /** The second of the two switches: without it nobody is ended, whatever the configuration says. */
  readonly isEnforceFlagged: boolean;
  /** The built-in ones, but for tests, which have no minutes to wait. */
  readonly floors: WatchesOptions["floors"];
  /** Where what each look reads is put on record; nowhere without it. */
  readonly recorder?: Recorder | undefined;
  readonly versions: { readonly pgleash: string; readonly node: string };
  readonly web: {
    readonly addresses: readonly ListenAddress[];
    /** How the page is protected, as it was read, and how to read it anew; not at all without it. */
    readonly protection?: { readonly first: UsableWebConfig; load(): Promise<LoadedWebConfig> } | undefined;
    readonly telemetryPath: string;
    readonly isApiEnabled: boolean;
    readonly isLifecycleEnabled: boolean;
  };
};

type UsableWebConfig = Extract<LoadedWebConfig, { readonly config: unknown }>;

export type Daemon = {
  /** Where it listens; the port is another one than asked for when that was 0. */
  readonly bound: readonly BoundAddress[];
  /** The port of the first of these addresses. */
  readonly port: number;
  view(): View;
  /** Loads the configuration anew. When it is bad, the last good one stays, and the problems are returned. */
  reload(): Promise<readonly string[]>;
  /** Finishes the looks under way, then ends everything. */
  stop(): Promise<void>;
};

/** Starts watching every configured server, and serving what is seen. Throws when an address cannot be listened at. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, versions } = options;
  const startedSeconds = Date.now() / 1000;
  const pages = createPages(() => view(), {
    metricsPath: options.web.telemetryPath,
    hasApi: options.web.isApiEnabled,
  });
  const watches = createWatches({
    log,
    recorder: options.recorder,
    isFlagged: options.isEnforceFlagged,
    floors: options.floors,
    version: versions.pgleash,
    onChange: pages.age,
  });
  const reloadState = createReloadState(pages.drop);

  const view = (): View => ({
    version: versions.pgleash,
    nodeVersion: versions.node,
    startedSeconds,
    nowSeconds: Date.now() / 1000,
    reload: reloadState.view(),
    serversFile: watches.serversFile(),
    isEnforceFlagged: options.isEnforceFlagged,
    unrecordedLooks: options.recorder?.missing() ?? null,
    servers: watches.views(),
  });
  const protection = followProtection(options, (webConfig) => {
    reloadState.note({ webConfig });
    reloadState.settle();
  });
  const reloadConfig = createReload(options, watches, (config) => reloadState.note({ config }));
  const reload = oneForAll(async (): Promise<Reloaded> => {
    const config = await reloadConfig();
    const webConfig = await protection.reload();
    reloadState.settle();
    return { config, webConfig };
  });

  const content = contentOf(options.web, { log, view, pages, reload });
  const server = await startWebServer(content, { addresses: options.web.addresses, web: protection });
  await watches.apply(options.config);
  const [{ address, port } = { address: "", port: 0 }] = server.bound;
  const servers = watches.views().length;
  log.info({ address, port, listening: listed(server.bound), ...guardOf(options), servers }, "watching");

  return {
    bound: server.bound,
    port,
    view,
    reload: async () => Object.values(await reload()).flat(),
    async stop() {
      await Promise.all([server.close(), watches.stop()]);
      log.info({}, "stopped");
    },
  };
}

/** How the page is protected at the start. */
function guardOf({ web: { protection } }: Pick<DaemonOptions, "web">) {
  const { tls, users } = protection?.first.config ?? openWebConfig;
  return { tls: tls !== null, users: users.size };
}

/** The first address stands in fields of its own, too. */
function listed(bound: readonly BoundAddress[]): readonly string[] {
  return bound.map(({ address, port }) => `${address.includes(":") ? `[${address}]` : address}:${port}`);
}

/** Changed files are told of, whether they hold now or not. */
function followProtection(
  { log, web: { protection } }: Pick<DaemonOptions, "log" | "web">,
  onRead: (isGood: boolean) => void,
): LiveWebConfig {
  if (protection === undefined) return noWebConfig;
  const { tls, isHttp2Wanted } = protection.first.config;
  if (tls !== null && isHttp2Wanted) log.info({}, "HTTP/2 is not spoken here: clients get HTTP/1.1");
  const warn = (config: WebConfig): void => {
    const warnings = webConfigWarnings(config);
    if (warnings.length > 0) log.warn({ warnings }, "web configuration loaded, with warnings");
  };
  warn(protection.first.config);
  return followWebConfig(protection.first, {
    load: () => protection.load(),
    now: () => performance.now() / 1000,
    onApplied(config) {
      onRead(true);
      log.info({}, "web configuration reloaded");
      warn(config);
    },
    onRefused(problems) {
      onRead(false);
      log.error({ problems }, "web configuration not reloaded: the last good one stays");
    },
  });
}

/** Longer than any disk takes that is well. While a file hangs, acts go on by the last policy, and whoever reloads means to change it. */
const RELOAD_PATIENCE_SECONDS = 10;

function createReload(
  {
    log,
    reloadConfig,
    reloadPatienceSeconds = RELOAD_PATIENCE_SECONDS,
  }: Pick<DaemonOptions, "log" | "reloadConfig" | "reloadPatienceSeconds">,
  watches: Watches,
  onReload: (successful: boolean) => void,
): Daemon["reload"] {
  const turns = createFileTurns(reloadPatienceSeconds);

  /** A file that hangs is as bad as one that is wrong: nobody knows what it was to change. */
  async function load(): Promise<Loaded> {
    try {
      return await turns.take(reloadConfig);
    } catch (error) {
      return {
        problems: [
          `the configuration cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        ],
      };
    }
  }

  return async () => {
    await watches.reopenAudit();
    const loaded = await load();
    if ("problems" in loaded) {
      onReload(false);
      log.error(
        { problems: loaded.problems },
        "configuration not reloaded: the last good one stays, and nobody is ended from here until a good one comes",
      );
      await watches.holdBack();
      return loaded.problems;
    }
    await watches.apply(loaded.config);
    onReload(true);
    log.info({ servers: watches.views().length }, "configuration reloaded");
    return [];
  };
}

type Served = Pick<Daemon, "view"> & {
  readonly log: Log;
  readonly pages: Pages;
  readonly reload: () => Promise<Reloaded>;
};

function contentOf(
  { telemetryPath, isApiEnabled, isLifecycleEnabled }: DaemonOptions["web"],
  { log, view, pages, reload }: Served,
): Content {
  const advise = createAdviceRequests();
  return {
    metricsPath: telemetryPath,
    metricsContentType: pageContentType,
    metricsPage: pages.metrics,
    landingPage: (parameters) => (parameters.has("unfolded") ? pages.unfoldedLanding() : pages.landing()),
    styleSource: landingStyleHash,
    suspects: isApiEnabled ? pages.suspects : undefined,
    explain: isApiEnabled ? (parameters) => explainRequest(view(), parameters) : undefined,
    advice: isApiEnabled ? (parameters) => advise(view(), parameters) : undefined,
    unready: () => unready(view()),
    reload: isLifecycleEnabled ? async () => toldOf(await reload()) : undefined,
    onError(error) {
      pages.drop();
      log.error({ err: error }, "request failed");
    },
  };
}
