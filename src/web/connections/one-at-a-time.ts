import type { Socket } from "node:net";
import { Duplex } from "node:stream";

import type { InTurn } from "./one-each-turn.ts";
import { cutRequest } from "./request-end.ts";

/** A connection as HTTP sees it. */
export type Paced = {
  readonly stream: Duplex;
  /** The last request is answered: the next one may come. */
  readonly next: () => void;
};

const nothing: Buffer = Buffer.alloc(0);

export type PaceOptions = {
  /** Told when the first bytes of a request have come. */
  readonly onStart: () => void;
  /** When to go on with a request that has come already, behind those of others. */
  readonly inTurn: InTurn;
};

/** As much as may be the beginning of an empty line. */
const KEPT_BYTES = 2;

/**
 * Hands over one request at a time: what a client sends behind it waits, mostly in the client, until the answer is read.
 * Node's parser would take all that is there at once, thousands of requests in one go, while nothing else can happen.
 * Requests have no bodies here, so each ends with the first empty line.
 */
export function oneAtATime(socket: Socket, { onStart, inTurn }: PaceOptions): Paced {
  let held = nothing;
  let begun = nothing;
  let isBusy = false;
  let isEnded = false;

  const stream = new Duplex({
    allowHalfOpen: true,
    read() {
      if (!isBusy) socket.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      socket.write(chunk, done);
    },
    // The head of an answer and its body in one system call.
    writev(chunks: readonly { readonly chunk: Buffer }[], done) {
      socket.cork();
      for (const { chunk } of chunks.slice(0, -1)) socket.write(chunk);
      socket.write(chunks.at(-1)?.chunk ?? nothing, done);
      socket.uncork();
    },
    final(done) {
      socket.end(() => socket.destroy());
      done();
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });

  function feed(bytes: Buffer): void {
    const { request, rest, isWhole } = cutRequest(begun, bytes);
    if (begun.length === 0 && request.length > 0) onStart();
    [isBusy, held] = [isWhole, rest];
    begun = isWhole ? nothing : Buffer.concat([begun, request]).subarray(-KEPT_BYTES);
    const isTaken = request.length === 0 || stream.push(request);
    if (isBusy || !isTaken) socket.pause();
  }

  function goOn(): void {
    // Whoever waited for its turn may have hung up meanwhile.
    if (socket.destroyed) return;
    isBusy = false;
    if (held.length > 0) feed(held);
    if (isBusy) return;
    if (isEnded) stream.push(null);
    else socket.resume();
  }

  /** Whoever says that nothing more comes still gets the answers to what they asked: Node's parser would take it for a hang-up. */
  function onEnd(): void {
    isEnded = true;
    if (!isBusy) stream.push(null);
  }

  socket.on("data", feed);
  socket.once("end", onEnd);
  socket.once("close", () => stream.destroy());
  return {
    stream,
    next() {
      if (held.length === 0) goOn();
      // Others have their turn first: answers that are ready would follow each other without end.
      else inTurn(goOn);
    },
  };
}
