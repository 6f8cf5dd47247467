import { setTimeout } from "node:timers/promises";

import type postgres from "postgres";

import type { Sinner } from "./worker.ts";

/** No single statement is old here: only the age of the transaction gives it away. */
export const endlessSync: Sinner = {
  kind: "long_transaction",
  role: "etl",
  applicationName: "inventory-sync",
  story:
    "Autocommit is off: a statement every second, for ever, all in the transaction that the first one began.",
  async work(sql, { leaving }) {
    await sql`BEGIN ISOLATION LEVEL REPEATABLE READ`;
    void syncForEver(sql, leaving);
  },
};

async function syncForEver(sql: postgres.Sql, leaving: AbortSignal): Promise<void> {
  for (let order = 1; !leaving.aborted; order += 1) {
    // Should somebody end the session, the next statement connects anew, outside a transaction.
    await sql`SELECT sku, quantity FROM order_items WHERE order_id = ${order}`.catch(() => []);
    await setTimeout(1000, undefined, { signal: leaving }).catch(() => {});
  }
}
