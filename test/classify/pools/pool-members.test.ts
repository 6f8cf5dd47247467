import { describe, expect, test } from "vitest";

import type { Backend } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";
import { judge, leaked, poolOf, times } from "../../support/pool-looks.ts";

/** A session that has long been idle, and of which the last statement says its route. */
function said(pid: number, route: string, overrides: Partial<Backend> = {}): Backend {
  return aBackend({
    id: { pid, backendStart: "b" },
    stateSeconds: 500,
    statement: { head: `SELECT 1 /*route='${route}'*/`, tail: null, isCut: false },
    ...overrides,
  });
}

/** The origin of a pool that leaks, by the sessions that its last look returns. */
function originBy(...candidates: readonly Backend[]): unknown {
  const verdict = judge(times(60, (index) => ({ groups: leaked(index), candidates }))).at(-1);
  return Object.fromEntries(poolOf(verdict)?.commentKeys ?? []);
}

describe("what says where a pool comes from", () => {
  test("are its quiet sessions, and not those in use", () => {
    const inUse = { stateSeconds: 9, queryStart: "now" };
    expect(
      originBy(said(1, "/leak", { stateSeconds: 10 }), said(2, "/busy", inUse), said(3, "/busy", inUse)),
    ).toEqual({ route: "/leak" });
    const active = { state: "active", querySeconds: 9 } as const;
    expect(originBy(said(1, "/busy", active), said(2, "/busy", active))).toEqual({});
  });

  test("are its sessions that rest within a transaction, too", () => {
    const idle = { state: "idle in transaction", xactSeconds: 500 } as const;
    expect(originBy(said(1, "/leak", idle))).toEqual({ route: "/leak" });
  });

  test("is what more than half of them say", () => {
    expect(originBy(said(1, "/a"), said(2, "/a"), said(3, "/b"))).toEqual({ route: "/a" });
    expect(originBy(said(1, "/a"), said(2, "/a"), said(3, "/b"), said(4, "/c"))).toEqual({});
  });

  test("are no sessions of another pool", () => {
    const other = { applicationName: "other" };
    expect(originBy(said(1, "/a"), said(2, "/b", other), said(3, "/b", other))).toEqual({ route: "/a" });
  });
});
