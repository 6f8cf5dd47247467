import { setTimeout } from "node:timers/promises";

import type postgres from "postgres";

import type { Worker } from "./worker.ts";

const storefront: Worker = {
  role: "orders",
  applicationName: "storefront",
  async work(sql, { leaving }) {
    void sellForEver(sql, leaving);
  },
};

const notifications: Worker = {
  role: "orders",
  applicationName: "notifications",
  work: (sql) => sql.listen("order_paid", () => {}),
};

const schedulerLeader: Worker = {
  role: "orders",
  applicationName: "scheduler-leader",
  work: async (sql) => sql`SELECT pg_advisory_lock(hashtext('scheduler'))`,
};

/** Waits for the lock of the forgotten commit: it is the victim, not the cause. */
const warehouse: Worker = {
  role: "warehouse",
  applicationName: "warehouse",
  async work(sql) {
    const shipping = sql`UPDATE orders SET status = 'shipped' WHERE id = 1`;
    return { shipped: shipping.catch(() => []) };
  },
};

/** Sessions that do nothing wrong, some of which look as if they did. No watchdog may report one of them. */
export const healthyTraffic: readonly Worker[] = [
  storefront,
  storefront,
  notifications,
  schedulerLeader,
  warehouse,
];

async function sellForEver(sql: postgres.Sql, leaving: AbortSignal): Promise<void> {
  while (!leaving.aborted) {
    const sale = sql`WITH sold AS (INSERT INTO orders (customer) VALUES ('guest') RETURNING id)
      INSERT INTO order_items SELECT id, 'sku-1', 1 FROM sold`;
    await sale.catch(() => []); // we are leaving, or the server is away for a moment
    await setTimeout(150, undefined, { signal: leaving }).catch(() => {});
  }
}
