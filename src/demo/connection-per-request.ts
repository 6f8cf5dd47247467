import { setTimeout } from "node:timers/promises";

import type postgres from "postgres";

import type { Sinner, Surroundings } from "./worker.ts";

const REQUEST_EVERY_MS = 2500;

/** Each of these connections alone looks like any idle one of a pool. */
export const connectionPerRequest: Sinner = {
  kind: "pool_overgrown",
  role: "orders",
  applicationName: "orders-api",
  story:
    "Each request opens a connection of its own, and none is ever closed. After some five minutes no slot is left, and requests fail.",
  async work(_sql, surroundings) {
    const held: postgres.Sql[] = [];
    void serveForEver(held, surroundings);
    return held;
  },
};

async function serveForEver(held: postgres.Sql[], { leaving, connect }: Surroundings): Promise<void> {
  let sql = connect();
  while (!leaving.aborted) {
    // A request that got no slot leaves nothing behind, and the next one tries with the same client.
    if (await isServed(sql)) {
      held.push(sql); // Forgotten here: this is the mistake on show.
      sql = connect();
    }
    await setTimeout(REQUEST_EVERY_MS, undefined, { signal: leaving }).catch(() => {});
  }
}

function isServed(sql: postgres.Sql): Promise<boolean> {
  return sql`SELECT status FROM orders WHERE id = 7 /*controller='orders',route='/orders/{id}'*/`.then(
    () => true,
    () => false,
  );
}
