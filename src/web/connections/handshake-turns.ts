import type { Socket } from "node:net";

import { createFairQueue } from "../fair-queue.ts";

/** Somebody who wants to shake hands. */
export type Newcomer = {
  readonly socket: Socket;
  /** Whose it is: networks take turns. */
  readonly network: string;
  /** Begins with what the socket has read. */
  readonly start: () => void;
};

export type HandshakeTurns = {
  /** Starts a handshake when it is its turn. */
  await(newcomer: Newcomer): void;
  /** It is over. */
  end(newcomer: Newcomer): void;
};

export type HandshakeTurnsOptions = {
  readonly mostConnections: number;
  readonly mostHandshakes: number;
  /** So long one may take while one network waits; the more wait, the less. */
  readonly slowSeconds: number;
  /** A steady clock, in seconds. */
  readonly now: () => number;
};

/** Networks that wait share the patience. This much is left of it: a handshake takes one or two round trips. */
const LEAST_PATIENCE_SECONDS = 0.25;

/**
 * Starts at most one handshake in each turn of the event loop: with a long key each takes milliseconds in which no look goes on.
 * A handshake begins with the client's first bytes, so whoever says nothing takes nobody's turn. How many are under way at once
 * is bounded, since their later parts may be as dear; one that is slow ends when others wait, the sooner the more networks do.
 */
export function createHandshakeTurns(options: HandshakeTurnsOptions): HandshakeTurns {
  const { mostConnections, mostHandshakes, slowSeconds, now } = options;
  const waiting = createFairQueue<Newcomer>({ most: mostConnections, mostOfOne: mostConnections });
  const underWay = new Map<Newcomer, number>();
  let next: Newcomer | undefined;
  let isDue = false;
  let hurry: NodeJS.Timeout | undefined;

  function takeTurn(): void {
    isDue = false;
    clearTimeout(hurry);
    // Some hang up while they wait.
    while (next === undefined || next.socket.destroyed) {
      next = waiting.take();
      if (next === undefined) return;
    }
    if (underWay.size >= mostHandshakes && !endSlowest(next)) return;
    const started = next;
    next = undefined;
    underWay.set(started, now());
    started.start();
    callNext();
  }

  function callNext(): void {
    if (!isDue) setImmediate(takeTurn);
    isDue = true;
  }

  /** For whoever is under way, while `first` and others wait. */
  function patienceSeconds(first: Newcomer): number {
    const networks = new Set([first.network, ...waiting.owners()]);
    return Math.max(LEAST_PATIENCE_SECONDS, slowSeconds / networks.size);
  }

  /** Ends the oldest for whoever is next, if it has had its time; else it is asked again when it has. */
  function endSlowest(first: Newcomer): boolean {
    const [[oldest, sinceSeconds] = []] = underWay;
    if (oldest === undefined || sinceSeconds === undefined) return false;
    const leftSeconds = sinceSeconds + patienceSeconds(first) - now();
    if (leftSeconds > 0) {
      hurry = setTimeout(callNext, leftSeconds * 1000).unref();
      return false;
    }
    underWay.delete(oldest);
    oldest.socket.destroy();
    return true;
  }

  return {
    await(newcomer) {
      waiting.add(newcomer.network, newcomer)?.socket.destroy();
      callNext();
    },
    end(newcomer) {
      if (underWay.delete(newcomer)) callNext();
    },
  };
}
