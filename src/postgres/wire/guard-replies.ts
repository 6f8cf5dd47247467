import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { toFailure } from "../failure.ts";
import { createReplyInspector, type ReplyInspector } from "./reply-inspector.ts";

/** A stream for the driver, and what is known of the server at its other end. */
export type GuardedReplies = Pick<ReplyInspector, "isLoggedIn"> & {
  readonly stream: Duplex;
  /** Nothing has come yet. */
  isSilent(): boolean;
};

/**
 * Passes on what a server sends, as long as the driver can be handed it: it believes everything, and some of it would end the
 * process, or keep it busy for ever.
 */
export function guardReplies(socket: Socket): GuardedReplies {
  const inspector = createReplyInspector();
  let isSilent = true;
  const stream = new Duplex({
    read: () => void socket.resume(),
    write(chunk, _encoding, done) {
      inspector.sent();
      socket.write(chunk, done);
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk: Buffer) => {
    isSilent = false;
    try {
      const passed = inspector.read(chunk);
      if (passed.length > 0 && !stream.push(passed)) socket.pause();
    } catch (error) {
      stream.destroy(toFailure(error));
    }
  });
  socket.on("end", () => stream.push(null));
  socket.on("error", (error) => stream.destroy(error));
  socket.on("close", () => stream.destroy());
  return { stream, isSilent: () => isSilent, isLoggedIn: () => inspector.isLoggedIn() };
}
