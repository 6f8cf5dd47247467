import type { IncomingMessage, ServerResponse } from "node:http";

import { refusal, type Answer } from "./answer.ts";
import { createAnswersUnderWay } from "./answers-under-way.ts";
import { createBodies } from "./bodies.ts";
import type { Connections } from "./connections/connections.ts";
import type { Limits } from "./connections/limits.ts";
import type { Content } from "./content.ts";
import type { Headers } from "./headers.ts";
import type { LiveWebConfig } from "./config/live-web-config.ts";
import type { WebConfig } from "./config/web-config.ts";
import type { Gatekeeper } from "./passwords/gatekeeper.ts";
import { route } from "./routes.ts";
import { send } from "./send.ts";

export type AnsweringOptions = {
  readonly web: LiveWebConfig;
  readonly limits: Limits;
  readonly connections: Connections;
  readonly gatekeeper: Gatekeeper;
  /** What every answer says. */
  readonly headersOf: (config: WebConfig) => Headers;
  /** A steady clock, in seconds. */
  readonly now: () => number;
};

/** Answers a request. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers requests with the content, or with why not, by the web configuration of the moment. */
export function createAnswering(content: Content, options: AnsweringOptions): Answering {
  const { web, limits, connections, gatekeeper, headersOf, now } = options;
  const bodyOf = createBodies();
  const { mostAnswerBytes: mostBytes, slowSeconds } = limits;
  const underWay = createAnswersUnderWay({ mostBytes, slowSeconds, now });

  async function answerTo(request: IncomingMessage, config: WebConfig, client: string): Promise<Answer> {
    try {
      const turnedAway = await gatekeeper(request, config, client);
      const line = { method: request.method ?? "", target: request.url ?? "/" };
      return turnedAway ?? (await route(content, line));
    } catch (error) {
      content.onError(error);
      return refusal(500, "internal error");
    }
  }

  return async (request, response) => {
    const connection = connections.begin(request.socket);
    if (connection === undefined) return;
    response.once("close", () => connections.end(connection));
    const hold = (bytes: Buffer): boolean => {
      const done = underWay.begin(bytes, () => connection.socket.destroy());
      if (done !== undefined) response.once("close", done);
      return done !== undefined;
    };
    try {
      const config = await web.current();
      const answer = await answerTo(request, config, connection.client);
      const isOutdated = connection.http?.tls !== config.tls;
      const isLast = answer.isLast === true || connections.isClosing() || isOutdated;
      await send(request, response, answer, { bodyOf, headers: headersOf(config), isLast, hold });
    } catch (error) {
      content.onError(error);
      connection.socket.destroy();
    }
  };
}
