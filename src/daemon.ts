import { once } from "node:events";

import { createFileTurns } from "./act/file-turns.ts";
import type { Config } from "./config/config.ts";
import { explainRequest } from "./expose/explain-request.ts";
import { landingPage } from "./expose/landing-page.ts";
import { pageContentType, processRegistry, renderPage } from "./expose/page.ts";
import { createWebServer, type Content, type Server } from "./expose/server.ts";
import { suspectsJson } from "./expose/suspects-json.ts";
import type { View } from "./expose/view.ts";
import type { Log } from "./log.ts";
import type { Recorder } from "./record/recorder.ts";
import { createWatches, type Watches, type WatchesOptions } from "./watch/watches.ts";

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
    /** `undefined`: every address of this machine. */
    readonly host: string | undefined;
    /** 0: any free one. */
    readonly port: number;
    readonly telemetryPath: string;
    readonly isApiEnabled: boolean;
    readonly isLifecycleEnabled: boolean;
  };
};

export type Daemon = {
  readonly port: number;
  view(): View;
  /** Loads the configuration anew. When it is bad, the last good one stays, and the problems are returned. */
  reload(): Promise<readonly string[]>;
  /** Finishes the looks under way, then ends everything. */
  stop(): Promise<void>;
};

/** Starts watching every configured server, and serving what is seen. Throws when nothing can listen at the address. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, versions } = options;
  const ownProcess = processRegistry();
  const page = cachedPage(() => renderPage(view(), ownProcess));
  const watches = createWatches({
    log,
    recorder: options.recorder,
    isFlagged: options.isEnforceFlagged,
    floors: options.floors,
    version: versions.pgleash,
    onChange: page.drop,
  });
  let reloaded = { successful: true, lastSuccessSeconds: Date.now() / 1000 };

  const view = (): View => ({
    version: versions.pgleash,
    nodeVersion: versions.node,
    reload: reloaded,
    isEnforceFlagged: options.isEnforceFlagged,
    unrecordedLooks: options.recorder?.missing() ?? null,
    servers: watches.views(),
  });
  const reload = createReload(options, watches, (successful) => {
    reloaded = { ...reloaded, successful, ...(successful ? { lastSuccessSeconds: Date.now() / 1000 } : {}) };
    page.drop();
  });

  const server = createWebServer(contentOf(options.web, { log, view, page, reload }));
  const { address, port } = await listen(server, options.web);
  await watches.apply(options.config);
  log.info({ address, port, servers: options.config.servers.length }, "watching");

  return {
    port,
    view,
    reload,
    async stop() {
      server.close();
      await watches.stop();
      server.closeAllConnections();
      log.info({}, "stopped");
    },
  };
}

/** A page that is rendered once for whoever asks, until it is dropped because something changed. */
type CachedPage = { readonly get: () => Promise<string>; readonly drop: () => void };

function cachedPage(render: () => Promise<string>): CachedPage {
  let page: Promise<string> | null = null;
  return {
    get: () => (page ??= render()),
    drop: () => void (page = null),
  };
}

/** Longer than any disk takes that is well. While a file hangs, acts go on by the last policy, and whoever reloads means to change it. */
const RELOAD_PATIENCE_SECONDS = 10;

/** One reload at a time: two signals in a row must not apply two configurations at once. */
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
  let last: Promise<readonly string[]> = Promise.resolve([]);

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

  async function loadAndApply(): Promise<readonly string[]> {
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
    log.info({ servers: loaded.config.servers.length }, "configuration reloaded");
    return [];
  }

  return () => (last = last.then(loadAndApply, loadAndApply));
}

type Served = Pick<Daemon, "view" | "reload"> & { readonly log: Log; readonly page: CachedPage };

function contentOf(
  { telemetryPath, isApiEnabled, isLifecycleEnabled }: DaemonOptions["web"],
  { log, view, page, reload }: Served,
): Content {
  return {
    metricsPath: telemetryPath,
    metricsContentType: pageContentType,
    metricsPage: page.get,
    landingPage: () => landingPage(view(), { metricsPath: telemetryPath, hasApi: isApiEnabled }),
    suspects: isApiEnabled ? () => suspectsJson(view().servers) : undefined,
    explain: isApiEnabled ? (parameters) => explainRequest(view(), parameters) : undefined,
    unready: () => unready(view()),
    reload: isLifecycleEnabled ? reload : undefined,
    onError(error) {
      page.drop();
      log.error({ err: error }, "request failed");
    },
  };
}

/** Resolves to where it listens: the port is another one than asked for when that was 0. */
async function listen(
  server: Server,
  { host, port }: DaemonOptions["web"],
): Promise<{ readonly address: string; readonly port: number }> {
  server.listen({ port, ...(host === undefined ? {} : { host }) });
  await once(server, "listening");
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound : { address: host ?? "", port };
}

/** A dead or blind server is a metric and an alert, not an unready process; a server that nobody tried yet is. */
function unready(view: View): string | null {
  const untried = view.servers.filter(({ report, failure }) => report === null && failure === null);
  return untried.length === 0 ? null : `not looked at yet: ${untried.map(({ server }) => server).join(", ")}`;
}
