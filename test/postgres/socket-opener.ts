import { once } from "node:events";
import type { Socket } from "node:net";

import { beginsEncrypted } from "../../src/postgres/attempts/attempt.ts";
import { openSocket } from "../../src/postgres/wire/open-socket.ts";
import type { SslMode, TlsSettings } from "../../src/postgres/settings.ts";
import { aConnection } from "../support/a-connection.ts";
import { startTlsServer, type TlsBehaviour, type TlsServer } from "../support/tls-server.ts";

/** A place and how to reach it; by default 127.0.0.1 and `prefer`. */
export type SocketWishes = {
  readonly host?: string;
  readonly hostAddress?: string;
  readonly port: number;
  readonly sslMode?: SslMode;
  readonly keepaliveSeconds?: number | null;
  readonly tls?: Partial<TlsSettings>;
};

/** Starts servers and opens sockets to them. The test must `close()` all of them. */
export type SocketOpener = {
  readonly start: (behaviour: TlsBehaviour) => Promise<TlsServer>;
  readonly open: (wishes: SocketWishes, signal?: AbortSignal) => Promise<Socket>;
  readonly close: () => Promise<void>;
};

export function createSocketOpener(): SocketOpener {
  const servers: TlsServer[] = [];
  const sockets: Socket[] = [];
  return {
    async start(behaviour) {
      const server = await startTlsServer(behaviour);
      servers.push(server);
      return server;
    },
    async open(wishes, signal = new AbortController().signal) {
      const {
        host = "127.0.0.1",
        hostAddress,
        port,
        sslMode: mode = "prefer",
        keepaliveSeconds = null,
      } = wishes;
      const settings = aConnection({ host, port }, { keepaliveSeconds, tls: { mode, ...wishes.tls } });
      const address = { host, hostAddress, port };
      // As if the server had refused `allow` without TLS.
      const attempt = { address, isEncrypted: mode === "allow" || beginsEncrypted(address, mode) };
      const socket = await openSocket(attempt, settings, signal);
      sockets.push(socket);
      return socket;
    },
    async close() {
      for (const socket of sockets.splice(0)) socket.destroy();
      for (const server of servers.splice(0)) await server.close();
    },
  };
}

/** What comes back over the socket for `text`. */
export async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = await once(socket, "data");
  return String(chunk);
}
