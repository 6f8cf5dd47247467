import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Lifetime } from "../lifetime.ts";
import { createMessageWalker } from "./message-walker.ts";

/** What went over all connections of a relay so far. */
export type WireCounts = {
  readonly connections: number;
  /** Statements that were prepared, by the extended protocol. */
  readonly parses: number;
  /** Statements that were run: by the extended protocol, and messages of the simple one. */
  readonly executions: number;
  readonly simpleQueries: number;
  readonly rows: number;
};

/** A server's socket with a counter in front of it. */
export type CountingRelay = { readonly socketFolder: string; readonly port: number; counts(): WireCounts };

/** Listens on a Unix socket in a folder of its own, and passes everything on to that of the server. */
export async function startCountingRelay(
  lifetime: Lifetime,
  server: { readonly socketFolder: string; readonly port: number },
): Promise<CountingRelay> {
  const socketFolder = await mkdtemp(join(tmpdir(), "pgleash-relay-"));
  lifetime.owns(() => rm(socketFolder, { recursive: true, force: true }));
  const seen = { connections: 0, client: new Map<string, number>(), server: new Map<string, number>() };
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    seen.connections += 1;
    const upstream = createConnection({ path: `${server.socketFolder}/.s.PGSQL.${server.port}` });
    passOn(client, upstream, true, seen.client);
    passOn(upstream, client, false, seen.server);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
  });
  listener.listen(`${socketFolder}/.s.PGSQL.${server.port}`);
  await once(listener, "listening");
  lifetime.owns(async () => {
    const closed = once(listener, "close");
    listener.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return {
    socketFolder,
    port: server.port,
    counts: () => ({
      connections: seen.connections,
      parses: seen.client.get("P") ?? 0,
      executions: seen.client.get("E") ?? 0,
      simpleQueries: seen.client.get("Q") ?? 0,
      rows: seen.server.get("D") ?? 0,
    }),
  };
}

/** Passes one direction on, and counts its messages by type. A connection that breaks on one side ends on both. */
function passOn(from: Socket, to: Socket, isClient: boolean, counts: Map<string, number>): void {
  const walker = createMessageWalker(isClient);
  from.on("data", (chunk: Buffer) => {
    for (const type of walker.walk(chunk)) counts.set(type, (counts.get(type) ?? 0) + 1);
    if (!to.destroyed) to.write(chunk);
  });
  from.on("error", () => to.destroy());
  from.on("close", () => to.destroy());
}
