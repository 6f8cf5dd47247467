import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A way to a server on which what is copied stands still until it is released: a dump onto a slow disk. */
export type SlowLine = {
  readonly socketFolder: string;
  readonly port: number;
  /** How many connections wait for the answer to a `COPY` or a `BASE_BACKUP` now. */
  held(): number;
  /** From now on everything passes. */
  release(): void;
  close(): Promise<void>;
};

/** A simple query that copies: its type, its length, its text. */
const copies = /^Q[^]{4}(?:COPY|BASE_BACKUP)\b/;

/** The test must `close()` it. */
export async function startSlowLine(server: {
  readonly socketFolder: string;
  readonly port: number;
}): Promise<SlowLine> {
  const socketFolder = await mkdtemp(join(tmpdir(), "pgleash-line-"));
  const name = `.s.PGSQL.${server.port}`;
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  let isReleased = false;
  const listener = createServer((client) => {
    const upstream = createConnection(join(server.socketFolder, name));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy()); // either side may hang up
      socket.on("close", () => {
        sockets.delete(socket);
        held.delete(socket);
        other.destroySoon();
      });
    }
    client.on("data", (chunk) => {
      if (!isReleased && copies.test(chunk.toString("latin1"))) {
        held.add(upstream);
        upstream.pause();
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!client.write(chunk) && !held.has(upstream)) upstream.pause();
    });
    client.on("drain", () => {
      if (!held.has(upstream)) upstream.resume();
    });
  });
  listener.listen(join(socketFolder, name));
  await once(listener, "listening");
  return {
    socketFolder,
    port: server.port,
    held: () => held.size,
    release() {
      isReleased = true;
      for (const upstream of held) upstream.resume();
      held.clear();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
      await rm(socketFolder, { recursive: true });
    },
  };
}
