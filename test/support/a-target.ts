import type { Target } from "../../src/decide/target.ts";

/** A leaked session of `orders-api`, of which everything is seen. */
export function aTarget(overrides: Partial<Target> = {}): Target {
  return {
    server: "main",
    kind: "idle_in_transaction",
    severity: "leaked",
    harm: "vacuum",
    datname: "shop",
    usename: "orders",
    applicationName: "orders-api",
    clientAddr: "10.0.0.7",
    state: "idle in transaction",
    queryId: "7731",
    commentKeys: new Map([
      ["route", "/checkout"],
      ["service.name", "shop"],
    ]),
    ...overrides,
  };
}
