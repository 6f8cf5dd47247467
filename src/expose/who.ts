import type { OvergrownPool } from "../classify/pools/pool.ts";
import { everybodyElse, other, type Who } from "./label-budget.ts";

/** Whose sessions leak: who holds them, and the pool that was declared for them, if any. */
export type PoolWho = Who & { readonly pool: string };

/** SQL's null becomes the empty label, which Prometheus treats as absent. */
export function whoOf(row: {
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
}): Who {
  return {
    datname: row.datname ?? "",
    usename: row.usename ?? "",
    application_name: row.applicationName ?? "",
  };
}

/** What differs between the sessions of a pool is empty. */
export function poolWhoOf({ holder, name }: OvergrownPool): PoolWho {
  return { ...whoOf(holder), pool: name ?? "" };
}

/** The pools beyond the budget. */
export const everyOtherPool: PoolWho = { ...everybodyElse, pool: other };
