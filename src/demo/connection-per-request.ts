import { setTimeout } from "node:timers/promises";

import type postgres from "postgres";

import type { Sinner, Surroundings } from "./worker.ts";

const REQUEST_EVERY_MS = 2500;

/** The server has a hundred slots, and the rest of the demo needs some. */
const MOST_CONNECTIONS = 80;

/** Each of these connections alone looks like any idle one of a pool. */
export const connectionPerRequest: Sinner = {
  kind: "pool_overgrown",
  role: "orders",
  applicationName: "orders-api",
  story: "Each request opens a connection of its own, and none is ever closed.",
  async work(_sql, surroundings) {
    const held: postgres.Sql[] = [];
    void serveForEver(held, surroundings);
    return held;
  },
};

async function serveForEver(held: postgres.Sql[], { leaving, connect }: Surroundings): Promise<void> {
  while (!leaving.aborted && held.length < MOST_CONNECTIONS) {
    const sql = connect();
    held.push(sql); // Forgotten here: this is the mistake on show.
    await sql`SELECT status FROM orders WHERE id = 7 /*controller='orders',route='/orders/{id}'*/`.catch(
      () => [],
    );
    await setTimeout(REQUEST_EVERY_MS, undefined, { signal: leaving }).catch(() => {});
  }
}
