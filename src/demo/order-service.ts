import type postgres from "postgres";

import { abandonedSearch } from "./abandoned-search.ts";
import { connectionPerRequest } from "./connection-per-request.ts";
import { connectToShop, type ShopAddress } from "./connect-to-shop.ts";
import { endlessSync } from "./endless-sync.ts";
import { forgottenCommit } from "./forgotten-commit.ts";
import { healthyTraffic } from "./healthy-traffic.ts";
import { swallowedError } from "./swallowed-error.ts";
import { unreadExport } from "./unread-export.ts";
import type { Sinner, Worker } from "./worker.ts";

const sins: readonly Sinner[] = [
  forgottenCommit,
  swallowedError,
  unreadExport,
  abandonedSearch,
  endlessSync,
  connectionPerRequest,
];

/** A running order service, and the mistakes it is making. */
export type OrderService = {
  readonly sins: readonly Pick<Sinner, "kind" | "applicationName" | "story">[];
  /** Lets go of every connection at once. Never throws. What the server does not notice of that ends with the server. */
  readonly stop: () => Promise<void>;
};

/** Starts a small application that leaks sessions as real ones do, beside healthy traffic. Needs `createShop` before. */
export async function startOrderService(address: ShopAddress): Promise<OrderService> {
  const leaving = new AbortController();
  const clients: postgres.Sql[] = [];
  const held: unknown[] = [];
  const stop = async (): Promise<void> => {
    leaving.abort();
    await Promise.allSettled(clients.map((sql) => sql.end({ timeout: 0 })));
    held.length = 0;
  };
  try {
    // In this order: the warehouse waits for a row that the forgotten commit has locked.
    for (const worker of workers) {
      const connect = (): postgres.Sql => {
        const sql = connectToShop(address, worker);
        clients.push(sql);
        return sql;
      };
      held.push(await worker.work(connect(), { leaving: leaving.signal, connect }));
    }
    return {
      sins: sins.map(({ kind, applicationName, story }) => ({ kind, applicationName, story })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const workers: readonly Worker[] = [...sins, ...healthyTraffic];
