import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";

import {
  leastUseful,
  noConnections,
  type Connection,
} from "../../../src/web/connections/connection-states.ts";

type Given = Pick<Connection, "state" | "network" | "sinceSeconds">;

/** Which of these, in their order, would be closed at 100 s. */
function closedOf(...given: readonly Given[]): number {
  const states = noConnections();
  const connections = given.map((one): Connection => ({
    socket: new PassThrough(),
    client: one.network,
    http: null,
    ...one,
  }));
  for (const connection of connections.toSorted((one, other) => one.sinceSeconds - other.sinceSeconds))
    states[connection.state].add(connection);
  const closed = leastUseful(states, { slowSeconds: 2 }, 100);
  return connections.findIndex((connection) => connection === closed);
}

const nowSeconds = 100;

function a(state: Connection["state"], ageSeconds: number, network = "a"): Given {
  return { state, network, sinceSeconds: nowSeconds - ageSeconds };
}

describe("of all connections is closed", () => {
  test("one of whoever has most, though another one waits for nothing", () => {
    expect(closedOf(a("idle", 60, "b"), a("busy", 3), a("busy", 4), a("busy", 3))).toBe(2);
    expect(closedOf(a("waiting", 60, "b"), a("busy", 0.1), a("busy", 0.2), a("busy", 0))).toBe(2);
  });

  test("where everybody has one or two, the one that is missed least of all", () => {
    const strangers = [a("waiting", 60, "b"), a("busy", 60, "c")];
    expect(closedOf(a("busy", 1), a("busy", 0.1), ...strangers)).toBe(2);
    expect(closedOf(a("idle", 15), a("busy", 0.1), a("idle", 60, "b"))).toBe(2);
  });

  test("one that waits for nothing, however short", () => {
    expect(closedOf(a("waiting", 9), a("busy", 20), a("idle", 0.1), a("idle", 1))).toBe(3);
  });

  test("one that is slow to ask, before one that is slow to read", () => {
    expect(closedOf(a("busy", 20), a("waiting", 3), a("waiting", 4))).toBe(2);
  });

  test("none that is quick, where one is slow", () => {
    expect(closedOf(a("waiting", 1.9), a("waiting", 1), a("busy", 2), a("busy", 1))).toBe(2);
  });

  test("the oldest, where all are quick", () => {
    expect(closedOf(a("waiting", 1), a("busy", 1.5), a("busy", 0.5))).toBe(1);
  });

  test("of several who have as many, the one that is missed least of all", () => {
    expect(closedOf(a("busy", 9, "a"), a("idle", 1, "b"), a("waiting", 9, "c"))).toBe(1);
  });

  test("none where there is none", () => {
    expect(closedOf()).toBe(-1);
  });
});
