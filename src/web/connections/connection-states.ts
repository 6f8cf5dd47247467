import type { Duplex } from "node:stream";

import type { Limits } from "./limits.ts";
import type { TlsConfig } from "../config/web-config.ts";

/** `waiting` for a whole request, which the first one always is due, `busy` with one, or `idle` after it. */
type State = "idle" | "waiting" | "busy";

/** The side of a connection that HTTP sees. */
export type HttpSide = {
  readonly stream: Duplex;
  /** The rules that it was let in by. */
  readonly tls: TlsConfig | null;
  /** The last request is answered: the next one may come. */
  readonly next: () => void;
};

/** One client's connection. */
export type Connection = {
  /** What to destroy to end it. */
  readonly socket: Duplex;
  /** The address at its other end. */
  readonly client: string;
  /** Whose address that is: the IPv6 addresses of one customer are one. */
  readonly network: string;
  /** How HTTP is spoken over it, once it is. */
  http: HttpSide | null;
  state: State;
  sinceSeconds: number;
};

/** All connections by their state, each in the order in which they got there: the first of a set is its oldest. */
export type ConnectionStates = Readonly<Record<State, Set<Connection>>>;

export function noConnections(): ConnectionStates {
  return { idle: new Set(), waiting: new Set(), busy: new Set() };
}

export function countOf({ idle, waiting, busy }: ConnectionStates): number {
  return idle.size + waiting.size + busy.size;
}

export function move(
  states: ConnectionStates,
  connection: Connection,
  state: State,
  nowSeconds: number,
): void {
  states[connection.state].delete(connection);
  connection.state = state;
  connection.sinceSeconds = nowSeconds;
  states[state].add(connection);
}

/** So many one network may hold without being a crowd: who scrapes has a connection that rests, and sometimes another one. */
const FEW = 2;

/**
 * The connection that is missed least, among those of whoever has most, or among all where everybody has few: one that waits for
 * nothing, before one that is slow to ask, before one that is slow to read. Only where all are quick, the oldest.
 */
export function leastUseful(
  { idle, waiting, busy }: ConnectionStates,
  { slowSeconds }: Pick<Limits, "slowSeconds">,
  nowSeconds: number,
): Connection | undefined {
  const crowd = largestCrowd([...idle, ...waiting, ...busy]);
  const isUseless = ({ state, sinceSeconds }: Connection): boolean =>
    state === "idle" || nowSeconds - sinceSeconds >= slowSeconds;
  return crowd.find(isUseless) ?? crowd.toSorted((a, b) => a.sinceSeconds - b.sinceSeconds)[0];
}

/** Those of the network that has most of them, of all such networks where some have as many; all, where everybody has few. */
function largestCrowd(connections: readonly Connection[]): readonly Connection[] {
  const counts = new Map<string, number>();
  for (const { network } of connections) counts.set(network, (counts.get(network) ?? 0) + 1);
  const most = Math.max(...counts.values());
  if (most <= FEW) return connections;
  return connections.filter(({ network }) => counts.get(network) === most);
}

/** The connections that have been in their state for too long. */
export function overdue(
  states: ConnectionStates,
  { idleSeconds, requestSeconds, answerSeconds }: Limits,
  nowSeconds: number,
): readonly Connection[] {
  return [
    ...before(states.idle, nowSeconds - idleSeconds),
    ...before(states.waiting, nowSeconds - requestSeconds),
    ...before(states.busy, nowSeconds - answerSeconds),
  ];
}

function before(connections: ReadonlySet<Connection>, deadlineSeconds: number): readonly Connection[] {
  const late: Connection[] = [];
  for (const connection of connections) {
    if (connection.sinceSeconds > deadlineSeconds) break;
    late.push(connection);
  }
  return late;
}
