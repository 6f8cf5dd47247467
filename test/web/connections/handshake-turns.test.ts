import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { createHandshakeTurns, type Newcomer } from "../../../src/web/connections/handshake-turns.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function nowSeconds(): number {
  return performance.now() / 1000;
}

/** Turns of two at once, and who began in which order. */
function turnsOfTwo(): {
  readonly come: (name: string, network?: string) => Newcomer;
  readonly end: (newcomer: Newcomer) => void;
  readonly begun: readonly string[];
} {
  const begun: string[] = [];
  const limits = { mostConnections: 20, mostHandshakes: 2, slowSeconds: 2 };
  const turns = createHandshakeTurns({ ...limits, now: nowSeconds });
  return {
    begun,
    end: (newcomer) => turns.end(newcomer),
    come(name, network = "a") {
      const newcomer = { socket: new Socket(), network, start: () => void begun.push(name) };
      turns.await(newcomer);
      return newcomer;
    },
  };
}

describe("handshakes", () => {
  test("begin one in each turn of the event loop", () => {
    const { come, begun } = turnsOfTwo();
    come("1");
    come("2");
    expect(begun).toEqual([]);
    vi.advanceTimersToNextTimer();
    expect(begun).toEqual(["1"]);
    vi.advanceTimersToNextTimer();
    expect(begun).toEqual(["1", "2"]);
  });

  test("are only a few at once; the next begins when one is over", () => {
    const { come, end, begun } = turnsOfTwo();
    const [first] = ["1", "2", "3"].map((name) => come(name));
    vi.advanceTimersByTime(100);
    expect(begun).toEqual(["1", "2"]);
    if (first !== undefined) end(first);
    vi.advanceTimersByTime(100);
    expect(begun).toEqual(["1", "2", "3"]);
  });

  test("that are slow end when another one waits, and not before", () => {
    const { come, begun } = turnsOfTwo();
    const [slow, other] = [come("1"), come("2")];
    vi.advanceTimersByTime(1500);
    come("3");
    vi.advanceTimersByTime(400);
    expect([begun, slow.socket.destroyed]).toEqual([["1", "2"], false]);
    vi.advanceTimersByTime(200);
    expect([begun, slow.socket.destroyed]).toEqual([["1", "2", "3"], true]);
    vi.advanceTimersByTime(60_000);
    expect(other.socket.destroyed).toBe(false);
  });

  test("end the sooner the more networks wait, and others of the same one do not count", () => {
    const { come, begun } = turnsOfTwo();
    const [slow, other] = [come("1"), come("2")];
    vi.advanceTimersByTime(10);
    for (const network of ["a", "a", "b", "c", "d"]) come(`of ${network}`, network);
    vi.advanceTimersByTime(450);
    expect([begun.length, slow.socket.destroyed]).toEqual([2, false]);
    vi.advanceTimersByTime(100);
    expect([begun.length, slow.socket.destroyed, other.socket.destroyed]).toEqual([4, true, true]);
  });

  test("have a quarter of a second, however many wait", () => {
    const { come, begun } = turnsOfTwo();
    const slow = come("1");
    come("2");
    vi.advanceTimersByTime(10);
    for (let network = 0; network < 15; network += 1) come("other", `${network}`);
    vi.advanceTimersByTime(200);
    expect([begun.length, slow.socket.destroyed]).toEqual([2, false]);
    vi.advanceTimersByTime(100);
    expect([begun.length, slow.socket.destroyed]).toEqual([4, true]);
  });

  test("of those who have few do not wait for those of whoever has many", () => {
    const { come, end, begun } = turnsOfTwo();
    const many = ["1", "2", "3", "4"].map((name) => come(name));
    come("other", "b");
    for (const newcomer of many) {
      vi.advanceTimersByTime(10);
      end(newcomer);
    }
    expect(begun.indexOf("other")).toBe(1);
  });

  test("of whoever has hung up meanwhile do not begin", () => {
    const { come, begun } = turnsOfTwo();
    const gone = come("1");
    come("2");
    gone.socket.destroy();
    vi.advanceTimersByTime(100);
    expect(begun).toEqual(["2"]);
  });
});
