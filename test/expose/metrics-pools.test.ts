import { describe, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import type { Report } from "../../src/expose/report.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import type { View } from "../../src/expose/view.ts";
import { rowsOf, samplesOf, valueOf } from "../support/a-metric.ts";
import {
  anOvergrownPool,
  aPoolSuspect,
  aPoolUse,
  aProbe,
  aReport,
  aServerView,
  aSuspect,
  aView,
} from "../support/a-view.ts";

function viewOf(report: Partial<Report>, labelBudget = 50): View {
  const look = {
    report: aReport(report),
    probe: aProbe(),
    tally: emptyTally,
    decisions: emptyDecisionTally,
    labelBudget,
    commentKeys: [],
  };
  return aView({ servers: [viewAfterLook(firstView("db1", 5), look)] });
}

describe("a declared pool", () => {
  const view = viewOf({ pools: [aPoolUse({ overflow: 3, excess: 2 })] });

  test.for([
    ["pgleash_pool_size", 20],
    ["pgleash_pool_max_overflow", 10],
    ["pgleash_pool_overflow", 3],
    ["pgleash_pool_excess", 2],
    ["pgleash_pool_saturation_ratio", 0.5],
    ["pgleash_pool_oldest_connection_age_seconds", 1800],
  ] as const)("has a %s of %d", ([name, value]) => {
    expect(rowsOf(name, view, "pool")).toEqual([["orders", value]]);
  });

  test("is counted by what its sessions do", () => {
    expect(rowsOf("pgleash_pool_connections", view, "pool", "state")).toEqual([
      ["orders", "active", 9],
      ["orders", "idle", 6],
    ]);
  });

  test("that nobody uses is there, at 0", () => {
    const unused = aPoolUse({ active: 0, idle: 0, oldestSessionSeconds: null });
    const calm = viewOf({ pools: [unused] });
    expect(valueOf("pgleash_pool_saturation_ratio", calm)).toBe(0);
    expect(valueOf("pgleash_pool_oldest_connection_age_seconds", calm)).toBe(0);
    expect(samplesOf("pgleash_pool_connections", calm).map(({ value }) => value)).toEqual([0, 0]);
  });

  test("that is larger than declared is saturated by more than 1", () => {
    const grown = viewOf({ pools: [aPoolUse({ size: 2, maxOverflow: 0, active: 2, idle: 4 })] });
    expect(valueOf("pgleash_pool_saturation_ratio", grown)).toBe(3);
  });
});

describe("a pool that leaks", () => {
  const who = ["datname", "usename", "application_name", "pool"];

  test("is shown by who holds its sessions, with its rate and the bounds of it", () => {
    const view = viewOf({ suspects: [aPoolSuspect(), aSuspect()] });
    expect(rowsOf("pgleash_leaked_sessions", view, ...who)).toEqual([
      ["shop", "orders", "orders-api", "", 30],
    ]);
    expect(rowsOf("pgleash_leak_rate_sessions_per_second", view, ...who, "bound")).toEqual([
      ["shop", "orders", "orders-api", "", "estimate", 0.2],
      ["shop", "orders", "orders-api", "", "lower", 0.16],
      ["shop", "orders", "orders-api", "", "upper", 0.248],
    ]);
  });

  test("has empty labels for what differs between its sessions", () => {
    const holder = { datname: null, usename: "orders", applicationName: null };
    const view = viewOf({
      suspects: [aPoolSuspect({ pool: anOvergrownPool({ holder, name: "checkout" }) })],
    });
    expect(rowsOf("pgleash_leaked_sessions", view, ...who)).toEqual([["", "orders", "", "checkout", 30]]);
  });

  test("that does not grow any more has no rate", () => {
    const view = viewOf({ suspects: [aPoolSuspect({ pool: anOvergrownPool({ growth: null }) })] });
    expect(samplesOf("pgleash_leak_rate_sessions_per_second", view)).toEqual([]);
    expect(valueOf("pgleash_leaked_sessions", view)).toBe(30);
  });

  test("is no suspected session, but a suspect", () => {
    const view = viewOf({ suspects: [aPoolSuspect()] });
    expect(samplesOf("pgleash_suspect_connections", view)).toEqual([]);
    expect(valueOf("pgleash_suspects", view, { kind: "pool_overgrown", severity: "suspect" })).toBe(1);
  });

  test("beyond the budget is summed up, and counted as folded", () => {
    const suspects: readonly Episode[] = ["a", "b", "c"].map((applicationName, index) =>
      aPoolSuspect({
        pool: anOvergrownPool({
          holder: { datname: "shop", usename: "app", applicationName },
          leakedSessions: 30 - index,
        }),
      }),
    );
    const view = viewOf({ suspects }, 1);
    expect(rowsOf("pgleash_leaked_sessions", view, ...who)).toEqual([
      ["shop", "app", "a", "", 30],
      ["…other", "…other", "…other", "…other", 57],
    ]);
    expect(
      valueOf("pgleash_leak_rate_sessions_per_second", view, { pool: "…other", bound: "estimate" }),
    ).toBe(0.4);
    expect(valueOf("pgleash_folded_label_sets", view, { metric: "pgleash_leaked_sessions" })).toBe(2);
  });
});

describe("slots that run out", () => {
  const inSeconds = { estimate: 2400, lower: 1860, upper: 3120 };
  const exhaustions = [
    { scope: "server", name: "", limit: 97, used: 24, inSeconds },
    { scope: "role", name: "app", limit: 40, used: 14, inSeconds },
  ] as const;

  test("are forecast with their bounds", () => {
    expect(
      rowsOf("pgleash_slots_exhaustion_seconds", viewOf({ exhaustions }), "scope", "name", "bound"),
    ).toEqual([
      ["server", "", "estimate", 2400],
      ["server", "", "lower", 1860],
      ["server", "", "upper", 3120],
      ["role", "app", "estimate", 2400],
      ["role", "app", "lower", 1860],
      ["role", "app", "upper", 3120],
    ]);
  });

  test("say how full they are: what is used over the limit", () => {
    expect(rowsOf("pgleash_slots_exhaustion_used_ratio", viewOf({ exhaustions }), "scope", "name")).toEqual([
      ["server", "", 24 / 97],
      ["role", "app", 14 / 40],
    ]);
  });

  test.for(["pgleash_slots_exhaustion_seconds", "pgleash_slots_exhaustion_used_ratio"])(
    "are absent without a forecast: %s",
    (name) => {
      expect(samplesOf(name, aView({ servers: [aServerView()] }))).toEqual([]);
    },
  );

  test.for([
    { metric: "pgleash_slots_exhaustion_seconds", shown: 3 },
    { metric: "pgleash_slots_exhaustion_used_ratio", shown: 1 },
  ])("are no more than the budget, and those left out are counted: $metric", ({ metric, shown }) => {
    const view = viewOf({ exhaustions }, 1);
    expect(samplesOf(metric, view)).toHaveLength(shown);
    expect(valueOf("pgleash_folded_label_sets", view, { metric })).toBe(1);
  });
});
