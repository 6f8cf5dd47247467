import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { Connection } from "./connection-states.ts";
import type { Connections } from "./connections.ts";
import { createHandshakes } from "./handshakes.ts";
import type { Limits } from "./limits.ts";
import type { LiveWebConfig } from "../config/live-web-config.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { oneEachTurn } from "./one-each-turn.ts";
import type { TlsConfig } from "../config/web-config.ts";

export type AcceptorOptions = {
  readonly web: LiveWebConfig;
  readonly connections: Connections;
  readonly limits: Limits;
  /** A steady clock, in seconds. */
  readonly now: () => number;
  /** Gets the streams over which HTTP is to be spoken. */
  readonly onReady: (stream: Duplex) => void;
};

/** Lets a connection in: as it is, or after a handshake, by the rules that hold when it comes. */
export type Acceptor = (socket: Socket) => Promise<void>;

export function createAcceptor({ web, connections, limits, now, onReady }: AcceptorOptions): Acceptor {
  const inTurn = oneEachTurn();

  function speakHttp(connection: Connection, socket: Socket, tls: TlsConfig | null): void {
    const { stream, next } = oneAtATime(socket, { onStart: () => connections.start(connection), inTurn });
    connections.speakHttp(connection, { stream, tls, next });
    onReady(stream);
    socket.resume();
  }
  const handshake = createHandshakes({ limits, now, onSecure: speakHttp });

  return async (socket) => {
    socket.on("error", () => socket.destroy()); // the client hung up
    const connection = connections.admit(socket);
    const { tls } = await web.current();
    if (socket.destroyed) return;
    if (tls === null) speakHttp(connection, socket, null);
    else handshake(connection, socket, tls);
  };
}
