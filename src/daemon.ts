import { once } from "node:events";
import type { Config } from "./config/config.ts";
import { landingPage } from "./expose/landing-page.ts";
import { pageContentType, processRegistry, renderPage } from "./expose/page.ts";
import { createWebServer, type Server } from "./expose/server.ts";
import { suspectsJson } from "./expose/suspects-json.ts";
import type { View } from "./expose/view.ts";
import type { Log } from "./log.ts";
import { createWatches } from "./watch/watches.ts";

/** A configuration, or what is wrong with it: one line each. */
export type Loaded = { readonly config: Config } | { readonly problems: readonly string[] };

export type DaemonOptions = {
  readonly config: Config;
  /** Reads the configuration anew. */
  reloadConfig(): Promise<Loaded>;
  readonly log: Log;
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
  let reloaded = { successful: true, lastSuccessSeconds: Date.now() / 1000 };
  let page: Promise<string> | null = null;
  let lastReload: Promise<readonly string[]> = Promise.resolve([]);
  const watches = createWatches(log, () => (page = null));

  const view = (): View => ({
    version: versions.pgleash,
    nodeVersion: versions.node,
    reload: reloaded,
    servers: watches.views(),
  });

  async function loadAndApply(): Promise<readonly string[]> {
    const loaded = await options.reloadConfig();
    if ("problems" in loaded) {
      reloaded = { ...reloaded, successful: false };
      page = null;
      log.error({ problems: loaded.problems }, "configuration not reloaded: the last good one stays");
      return loaded.problems;
    }
    await watches.apply(loaded.config);
    reloaded = { successful: true, lastSuccessSeconds: Date.now() / 1000 };
    page = null;
    log.info({ servers: loaded.config.servers.length }, "configuration reloaded");
    return [];
  }

  // One at a time: two signals in a row must not apply two configurations at once.
  function reload(): Promise<readonly string[]> {
    lastReload = lastReload.then(loadAndApply, loadAndApply);
    return lastReload;
  }

  const { telemetryPath, isApiEnabled, isLifecycleEnabled } = options.web;
  const server = createWebServer({
    metricsPath: telemetryPath,
    metricsContentType: pageContentType,
    metricsPage: () => (page ??= renderPage(view(), ownProcess)),
    landingPage: () => landingPage(view(), { metricsPath: telemetryPath, hasApi: isApiEnabled }),
    suspects: isApiEnabled ? () => suspectsJson(watches.views()) : undefined,
    unready: () => unready(view()),
    reload: isLifecycleEnabled ? reload : undefined,
    onError(error) {
      page = null;
      log.error({ err: error }, "request failed");
    },
  });
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
