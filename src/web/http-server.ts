import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { refusal, type Answer } from "./answer.ts";
import { parserRefusal } from "./http-errors.ts";
import type { Limits } from "./connections/limits.ts";

export type HttpHandlers = {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** What cannot be answered in the usual way, since nobody could read a request in it. */
  readonly onUnreadable: (stream: Duplex, answer: Answer) => void;
};

/** An HTTP/1.1 server that listens nowhere: connections are handed to it (`emit("connection")`). */
export function createHttpServer(
  { headerBytes, idleSeconds }: Limits,
  { onRequest, onUnreadable }: HttpHandlers,
): Server {
  const server = createServer(
    { maxHeaderSize: headerBytes, keepAliveTimeout: idleSeconds * 1000 },
    onRequest,
  );
  // Whoever wants to be told to go on with a body is refused the body instead; what else is expected changes no answer.
  server.on("checkContinue", onRequest);
  server.on("checkExpectation", onRequest);
  server.on("connect", (_request, stream) => onUnreadable(stream, refusal(405, "expected GET or HEAD")));
  server.on("clientError", (error, stream) => onUnreadable(stream, parserRefusal(error)));
  return server;
}
