import type { Duplex } from "node:stream";

import { createAcceptor } from "./connections/acceptor.ts";
import { refusal, type Answer } from "./answer.ts";
import { createAnswering } from "./answering.ts";
import { createConnections } from "./connections/connections.ts";
import type { Content } from "./content.ts";
import { createGatekeeper } from "./passwords/gatekeeper.ts";
import { hangUp } from "./http-errors.ts";
import { createHttpServer } from "./http-server.ts";
import { builtInLimits, type Limits } from "./connections/limits.ts";
import { listenAt, type BoundAddress, type ListenAddress } from "./connections/listen.ts";
import type { LiveWebConfig } from "./config/live-web-config.ts";
import { createPasswordChecks } from "./passwords/password-checks.ts";
import { createPasswordWorker } from "./passwords/password-worker.ts";
import { ownHeaders, type Headers } from "./headers.ts";
import type { WebConfig } from "./config/web-config.ts";

export type WebServerOptions = {
  readonly addresses: readonly ListenAddress[];
  /** Who may read, and how connections are encrypted. */
  readonly web: LiveWebConfig;
  /** The built-in ones, but for tests, which have no minutes to wait. */
  readonly limits?: Limits;
  /** The program of the thread that hashes passwords. */
  readonly passwordThread?: URL;
};

export type WebServer = {
  readonly bound: readonly BoundAddress[];
  /** Lets nobody in any more, and resolves when the answers under way are read, or their time is up. */
  close(): Promise<void>;
};

const compiledThread = new URL("./passwords/password-thread.js", import.meta.url);

/** A steady clock. */
const now = (): number => performance.now() / 1000;

/** Serves the content at these addresses, to whom the web configuration admits. Throws when one of them cannot be had. */
export async function startWebServer(
  content: Content,
  { addresses, web, limits = builtInLimits, passwordThread = compiledThread }: WebServerOptions,
): Promise<WebServer> {
  const onError = (error: unknown): void => content.onError(error);
  const worker = createPasswordWorker(passwordThread);
  const gatekeeper = createGatekeeper({ web, passwords: createPasswordChecks(worker.compare), limits, now });
  const own = ownHeaders(content.styleSource);
  const headersOf = ({ headers }: WebConfig): Headers => ({ ...own, ...headers });
  const refuse = (stream: Duplex, answer: Answer): void =>
    void web
      .current()
      .then((config) => hangUp(stream, answer, headersOf(config)))
      .catch(onError);
  const connections = createConnections({ limits, now, onSlowRequest: (stream) => refuse(stream, slow) });
  const answer = createAnswering(content, { web, limits, connections, gatekeeper, headersOf, now });
  const http = createHttpServer(limits, {
    onRequest: (request, response) => void answer(request, response),
    onUnreadable: refuse,
  });
  const accept = createAcceptor({
    web,
    connections,
    limits,
    now,
    onReady: (stream) => void http.emit("connection", stream),
  });

  const listeners = await listenAt(addresses, {
    onConnection: (socket) => void accept(socket).catch(onError),
    onError,
  });
  return {
    bound: listeners.bound,
    async close() {
      listeners.close();
      await connections.close();
      await worker.stop();
    },
  };
}

const slow = refusal(408, "the request took too long");
