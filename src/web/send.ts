import type { IncomingMessage, ServerResponse } from "node:http";

import { wantsGzip } from "./accept-encoding.ts";
import { refusal, type Answer } from "./answer.ts";
import type { Body } from "./bodies.ts";
import { givenHeaders, type Headers } from "./headers.ts";

/** Smaller bodies fit into one packet as they are. */
const LEAST_COMPRESSED_BYTES = 1024;

/** So much is handed over at once. What the client has not taken yet is copied, where it is encrypted. */
const SLICE_BYTES = 64 * 1024;

export type Delivery = {
  /** Turns what is answered into bytes. */
  readonly bodyOf: (body: string | Buffer) => Body;
  /** Headers of every answer. An empty one is left out. */
  readonly headers: Headers;
  /** Whether the connection ends with this answer. */
  readonly isLast: boolean;
  /** Whether there is room for so many bytes while the client reads them; then they count until the response closes. */
  readonly hold: (bytes: Buffer) => boolean;
};

/** Writes an answer: compressed where the client asks for it and it pays, and without its body to a HEAD. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  delivery: Delivery,
): Promise<void> {
  const { status, type, headers } = answer;
  const body = delivery.bodyOf(answer.body);
  const isCompressible = body.plain.length >= LEAST_COMPRESSED_BYTES;
  const isGzip = isCompressible && wantsGzip(request.headers["accept-encoding"]);
  const bytes = isGzip ? await body.gzipped() : body.plain;
  // Whoever hung up meanwhile reads nothing.
  if (response.destroyed) return;
  const isRead = request.method !== "HEAD";
  if (isRead && bytes.length > SLICE_BYTES && !delivery.hold(bytes))
    return send(request, response, overloaded, delivery);
  const all = {
    "Content-Type": type ?? "text/plain; charset=utf-8",
    "Content-Length": String(bytes.length),
    ...(isCompressible ? { Vary: "Accept-Encoding" } : {}),
    ...(isGzip ? { "Content-Encoding": "gzip" } : {}),
    ...headers,
    ...delivery.headers,
    ...(delivery.isLast ? { Connection: "close" } : {}),
  };
  response.writeHead(status, givenHeaders(all));
  if (isRead) writeSlices(response, bytes);
  else response.end();
}

const overloaded = refusal(503, "too many answers are being read", { "Retry-After": "1" });

/** Writes one slice after the other, each when the client has taken the one before. A response that is gone asks for no more. */
function writeSlices(response: ServerResponse, bytes: Buffer): void {
  let sent = 0;
  const writeOn = (): void => {
    while (bytes.length - sent > SLICE_BYTES) {
      const slice = bytes.subarray(sent, (sent += SLICE_BYTES));
      if (!response.write(slice)) return void response.once("drain", writeOn);
    }
    response.end(bytes.subarray(sent));
  };
  writeOn();
}
