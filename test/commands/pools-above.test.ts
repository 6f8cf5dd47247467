import { expect, test } from "vitest";

import { poolsAbove } from "../../src/commands/pools-above.ts";
import type { ServerConfig } from "../../src/config/config.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, anOvergrownPool, aPoolSuspect, aReport } from "../support/a-view.ts";
import { rules, thresholds } from "../support/thresholds.ts";

const orders = {
  name: "orders",
  match: [],
  formula: null,
  matches: ({ applicationName }: { readonly applicationName: string | null }) => applicationName === "orders",
  size: 4,
  maxOverflow: 1,
  per: "all",
} as const;

const server: Pick<ServerConfig, "pools" | "thresholds"> = {
  pools: [orders],
  thresholds: { ...rules, overrides: [], expected: [], markers: [] },
};

function reportWith(sessions: number, overrides: Partial<ReturnType<typeof aReport>> = {}) {
  const groups = [aGroup({ applicationName: "orders", usename: "shop", sessions })];
  return aReport({ snapshot: aSnapshot({ groups }), ...overrides });
}

test("a declared pool above its size and overflow is named, one that is full is not", () => {
  expect(poolsAbove(reportWith(5), server)).toEqual([]);
  expect(poolsAbove(reportWith(7), server)).toMatchObject([{ name: "orders", idle: 7, excess: 2 }]);
});

test("a pool that is a suspect already is not named twice", () => {
  const suspects = [aPoolSuspect({ pool: anOvergrownPool({ key: "declared orders", name: "orders" }) })];
  expect(poolsAbove(reportWith(7, { suspects }), server)).toEqual([]);
});

test("whose pools are not to be judged is not named", () => {
  const off = { ...thresholds.pool_overgrown, enabled: false };
  const overrides = [
    {
      match: [],
      matches: ({ usename }: { readonly usename: string | null }) => usename === "shop",
      thresholds: { pool_overgrown: off },
    },
  ];
  expect(poolsAbove(reportWith(7), { ...server, thresholds: { ...server.thresholds, overrides } })).toEqual(
    [],
  );
  const defaults = { ...thresholds, pool_overgrown: off };
  expect(poolsAbove(reportWith(7), { ...server, thresholds: { ...server.thresholds, defaults } })).toEqual(
    [],
  );
});
