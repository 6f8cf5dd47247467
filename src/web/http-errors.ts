import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { refusal, type Answer } from "./answer.ts";
import { givenHeaders, type Headers } from "./headers.ts";

/** A whole answer as text, for where no request was read that could be answered in the usual way. It is the last one. */
function rawAnswer({ status, body }: Answer, headers: Headers): string {
  const all = givenHeaders({
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": String(body.length),
    ...headers,
    Connection: "close",
  });
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n");
}

/** Says why and hangs up, where anybody is still there to hear it. */
export function hangUp(socket: Duplex, answer: Answer, headers: Headers): void {
  if (socket.writable) socket.end(rawAnswer(answer, headers), "latin1", () => socket.destroy());
  else socket.destroy();
}

/** What to answer to something that is no request. */
export const noHttp = refusal(400, "expected an HTTP/1.1 request");

/** What to answer to something that is no request that Node's parser can read. */
export function parserRefusal(error: Error & { code?: string; rawPacket?: unknown }): Answer {
  if (error.code !== "HPE_HEADER_OVERFLOW") return noHttp;
  const start = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString("latin1", 0, 8192) : "";
  const isLongPath = /^[A-Z]+ [^ \r\n]{4096}/.test(start);
  return isLongPath ? refusal(414, "the path is too long") : refusal(431, "the headers are too long");
}
