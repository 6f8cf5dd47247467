import type { Content } from "../../src/web/content.ts";
import { builtInLimits, type Limits } from "../../src/web/connections/limits.ts";
import { noWebConfig, type LiveWebConfig } from "../../src/web/config/live-web-config.ts";
import { openWebConfig, type WebConfig } from "../../src/web/config/web-config.ts";
import { startWebServer, type WebServer } from "../../src/web/web-server.ts";

/** The compiled program of the password thread: Node runs no TypeScript. */
export const passwordThread = new URL("../../build/web/passwords/password-thread.js", import.meta.url);

/** What such a server serves unless a test wants something else. */
export function someContent(overrides: Partial<Content> = {}): Content {
  return {
    metricsPath: "/metrics",
    metricsContentType: "text/plain; version=0.0.4; charset=utf-8",
    metricsPage: () => Promise.resolve(Buffer.from("pgleash_up 1\n")),
    landingPage: () => Buffer.from("<!doctype html>Ümlaut"),
    styleSource: "'sha256-abc='",
    suspects: () => Buffer.from('{"suspects":["é"]}\n'),
    explain: (parameters) => ({ json: [...parameters] }),
    advice: (parameters) =>
      Promise.resolve({ page: Buffer.from(`${JSON.stringify({ advice: [...parameters] })}\n`) }),
    unready: () => null,
    reload: () => Promise.resolve([]),
    onError: () => undefined,
    ...overrides,
  };
}

export type SomeServer = WebServer & { readonly port: number };

/** Starts a web server on a free port of 127.0.0.1. The test must `close()` it. */
export async function serveSome(
  content: Partial<Content> = {},
  { web = noWebConfig, limits = {} }: { web?: LiveWebConfig; limits?: Partial<Limits> } = {},
): Promise<SomeServer> {
  const server = await startWebServer(someContent(content), {
    addresses: [{ host: "127.0.0.1", port: 0 }],
    web,
    limits: { ...builtInLimits, ...limits },
    passwordThread,
  });
  return { ...server, port: server.bound[0]?.port ?? 0 };
}

/** A web configuration that a test changes by hand. */
export function changeableWebConfig(first: Partial<WebConfig>): LiveWebConfig & {
  readonly change: (next: Partial<WebConfig>) => void;
} {
  let config: WebConfig = { ...openWebConfig, ...first };
  const current = (): Promise<WebConfig> => Promise.resolve(config);
  return {
    current,
    latest: current,
    reload: () => Promise.resolve([]),
    change: (next) => (config = { ...openWebConfig, ...next }),
  };
}
