import type { Socket } from "node:net";
import type { Server } from "node:tls";

import type { Connection } from "./connection-states.ts";
import { createHandshakeTurns } from "./handshake-turns.ts";
import type { Limits } from "./limits.ts";
import { createTlsServer } from "./tls-server.ts";
import type { TlsConfig } from "../config/web-config.ts";

export type HandshakesOptions = {
  readonly limits: Limits;
  /** A steady clock, in seconds. */
  readonly now: () => number;
  /** Gets the encrypted side of those that may come in. */
  readonly onSecure: (connection: Connection, socket: Socket, tls: TlsConfig) => void;
};

/** Shakes hands over a connection, when it is its turn. */
export type Handshake = (connection: Connection, socket: Socket, tls: TlsConfig) => void;

/** Shakes hands over connections. A server that does it holds one configuration: a new one gets a new server. */
export function createHandshakes({ limits, now, onSecure }: HandshakesOptions): Handshake {
  const turns = createHandshakeTurns({ ...limits, now });
  const underWay = new Map<string, (encrypted: Socket) => void>();
  let last: { readonly tls: TlsConfig; readonly server: Server } | undefined;

  function serverOf(tls: TlsConfig): Server {
    if (last?.tls === tls) return last.server;
    const server = createTlsServer(tls, { handshakeSeconds: limits.requestSeconds }, (socket) => {
      const onDone = underWay.get(endsOf(socket));
      if (onDone === undefined) socket.destroy();
      else onDone(socket);
    });
    last = { tls, server };
    return server;
  }

  return (connection, socket, tls) => {
    // A client that hangs up during a handshake would otherwise be waited for.
    socket.allowHalfOpen = false;
    const ends = endsOf(socket);
    const newcomer = {
      socket,
      network: connection.network,
      start() {
        serverOf(tls).emit("connection", socket);
        socket.resume();
      },
    };
    underWay.set(ends, (encrypted) => {
      turns.end(newcomer);
      onSecure(connection, encrypted, tls);
    });
    socket.once("close", () => {
      underWay.delete(ends);
      turns.end(newcomer);
    });
    socket.once("readable", () => {
      if (socket.readableLength > 0) turns.await(newcomer);
      else socket.destroy();
    });
  };
}

/** A TLS server hands out an encrypted socket, and does not say which one is below it: their two ends are the same. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(" ");
}
