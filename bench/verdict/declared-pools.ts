import type { DeclaredPool } from "../../src/classify/pools/pool.ts";

/** What the configuration of the scenarios declares: one application that has told its size, and no more. */
export const declaredPools: readonly DeclaredPool[] = [
  {
    name: "declared",
    matches: ({ applicationName }) => applicationName === "orders-pg-declared-pool",
    size: 5,
    maxOverflow: 0,
    per: "all",
  },
];
