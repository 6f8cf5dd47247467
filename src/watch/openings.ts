import { createGate } from "./gate.ts";

/** So many connections are being opened at once, to servers that let us in quickly, and as many to the others. */
export const PLACES = 16;

/** What an attempt may take in seconds where servers must wait for each other: nine round trips of 200 ms, TLS included. */
const QUICK_SECONDS = 2;

/** The same for those that took longer the last time. Whoever needs more is as good as dead. */
const SLOW_SECONDS = 10;

/** Timers are not exact: whoever took nearly all of it was given up. */
const NEARLY = 0.9;

/** Leave to open a connection. */
export type Place = {
  /** Within which the connection is to be open, in seconds; `Infinity` where nobody has to wait. */
  readonly mostSeconds: number;
  /** To be called as soon as the connection is open, or was given up. */
  leave(): void;
};

/** The way in for one server. */
export type Opening = {
  /** Resolves once a connection may be opened; with `null` when the signal is aborted before. */
  enter(signal: AbortSignal): Promise<Place | null>;
};

/** Bounds how many connections are being opened at once, over all servers of this process. */
export type Openings = { forServer(): Opening };

/**
 * A server that does not answer must not keep others waiting. So there are two gates, and the last attempt says which: at
 * the first one nobody stays for long, and whoever did is sent to the second one, where the dead wait for the dead.
 * `countServers` tells how many may come.
 */
export function createOpenings(countServers: () => number): Openings {
  const quick = { gate: createGate(PLACES), seconds: QUICK_SECONDS };
  const slow = { gate: createGate(PLACES), seconds: SLOW_SECONDS };
  return {
    forServer() {
      let isSlow = false;
      return {
        async enter(signal) {
          const { gate, seconds } = isSlow ? slow : quick;
          const leave = await gate.enter(signal);
          if (leave === null) return null;
          const sinceMs = performance.now();
          return {
            mostSeconds: countServers() > PLACES ? seconds : Infinity,
            leave() {
              isSlow = performance.now() - sinceMs > QUICK_SECONDS * NEARLY * 1000;
              leave();
            },
          };
        },
      };
    },
  };
}
