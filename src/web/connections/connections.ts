import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { clientNetwork } from "../client-network.ts";
import {
  countOf,
  leastUseful,
  move,
  noConnections,
  overdue,
  type Connection,
  type ConnectionStates,
  type HttpSide,
} from "./connection-states.ts";
import type { Limits } from "./limits.ts";

export type ConnectionsOptions = {
  readonly limits: Limits;
  /** A steady clock, in seconds. */
  readonly now: () => number;
  /** Ends a connection over which HTTP is spoken, but no whole request came in time. */
  readonly onSlowRequest: (stream: Duplex) => void;
};

/** All connections of the process, so that there are never too many, and none is useless for long. */
export type Connections = {
  /** Takes a new one in. Where there are enough, the one that is missed least is closed for it. */
  admit(socket: Socket): Connection;
  /** From here on, HTTP is spoken over it. */
  speakHttp(connection: Connection, http: HttpSide): void;
  /** The first bytes of a request have come: the rest is due soon. */
  start(connection: Connection): void;
  /** A whole request has come over this stream, and is to be answered; `undefined` when the connection is gone. */
  begin(stream: Duplex): Connection | undefined;
  /** The answer was read. */
  end(connection: Connection): void;
  isClosing(): boolean;
  /** Closes what waits; resolves when the answers under way are read, or their time is up. */
  close(): Promise<void>;
};

const SWEEP_MS = 500;

export function createConnections({ limits, now, onSlowRequest }: ConnectionsOptions): Connections {
  const states = noConnections();
  const byStream = new Map<Duplex, Connection>();
  const sweeper = setInterval(() => {
    for (const { socket, state, http } of overdue(states, limits, now())) {
      if (state === "waiting" && http !== null) onSlowRequest(http.stream);
      else socket.destroy();
    }
  }, SWEEP_MS).unref();
  let isClosing = false;
  let onEmpty: (() => void) | undefined;

  return {
    admit(socket) {
      if (countOf(states) >= limits.mostConnections) closeOne(states, limits, now());
      const connection = newConnection(socket, now());
      states.waiting.add(connection);
      socket.once("close", () => {
        states[connection.state].delete(connection);
        if (connection.http !== null) byStream.delete(connection.http.stream);
        if (countOf(states) === 0) onEmpty?.();
      });
      return connection;
    },
    speakHttp(connection, http) {
      connection.http = http;
      byStream.set(http.stream, connection);
    },
    start(connection) {
      // One that is gone would count for ever.
      if (connection.socket.destroyed) return;
      // A first request has had its time since the connection came.
      if (connection.state === "idle") move(states, connection, "waiting", now());
    },
    begin(stream) {
      const connection = byStream.get(stream);
      if (connection !== undefined) move(states, connection, "busy", now());
      return connection;
    },
    end(connection) {
      if (isClosing) connection.socket.destroy();
      if (connection.socket.destroyed) return;
      move(states, connection, "idle", now());
      connection.http?.next();
    },
    isClosing: () => isClosing,
    async close() {
      isClosing = true;
      for (const { socket } of [...states.idle, ...states.waiting]) socket.destroy();
      const closed = new Promise<void>((resolve) => (onEmpty = resolve));
      if (countOf(states) === 0) onEmpty?.();
      const timer = setTimeout(() => {
        for (const { socket } of [...states.busy, ...states.waiting]) socket.destroy();
      }, limits.stopSeconds * 1000);
      await closed;
      clearTimeout(timer);
      clearInterval(sweeper);
    },
  };
}

function newConnection(socket: Socket, nowSeconds: number): Connection {
  const client = socket.remoteAddress ?? "";
  const network = clientNetwork(client);
  return { socket, client, network, http: null, state: "waiting", sinceSeconds: nowSeconds };
}

/** It no longer counts at once: its socket takes a while to close, and the next ones must not close it again. */
function closeOne(states: ConnectionStates, limits: Limits, nowSeconds: number): void {
  const useless = leastUseful(states, limits, nowSeconds);
  if (useless === undefined) return;
  states[useless.state].delete(useless);
  useless.socket.destroy();
}
