import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ShopAddress } from "../../src/demo/connect-to-shop.ts";
import { createShop } from "../../src/demo/create-shop.ts";
import { startOrderService, type OrderService } from "../../src/demo/order-service.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const shown = [
  ["checkout-api", "checkout", "idle in transaction", "Client/ClientRead"],
  ["billing-worker", "billing", "idle in transaction (aborted)", "Client/ClientRead"],
  ["report-export", "reporting", "active", "Client/ClientWrite"],
  ["search-api", "search", "active", "Timeout/PgSleep"],
  ["inventory-sync", "etl", "idle in transaction", "Client/ClientRead"],
  ["notifications", "orders", "idle", "Client/ClientRead"],
  ["scheduler-leader", "orders", "idle", "Client/ClientRead"],
  ["warehouse", "warehouse", "active", "Lock/transactionid"],
] as const;

describe.for(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let sql: postgres.Sql;
  let service: OrderService;

  beforeAll(async () => {
    server = await startServer(major);
    await createShop(addressOf(server));
    service = await startOrderService(addressOf(server));
    sql = connectTo(server);
  });
  afterAll(async () => {
    await service.stop();
    await sql.end();
    await server.remove();
  });

  test.for(shown)("%s, as role %s, comes to be %s, waiting on %s", async ([name, role, state, wait]) => {
    await waitFor(name, async () => {
      expect(await sessionsOf(name)).toMatchObject([{ usename: role, state, wait }]);
      return true;
    });
  });

  test("every sin stays where it is, while the endless sync keeps asking", async () => {
    const sinners = service.sins
      .filter(({ kind }) => kind !== "pool_overgrown")
      .map(({ applicationName }) => applicationName);
    const before = await Promise.all(sinners.map(sessionsOf));
    const asked = (await sessionsOf("inventory-sync"))[0]?.query_start;
    await waitFor("the next question of the endless sync", async () => {
      const [sync] = await sessionsOf("inventory-sync");
      return sync?.state === "idle in transaction" && sync.query_start !== asked;
    });
    const after = await Promise.all(sinners.map(sessionsOf));
    expect(after.map(unmoved)).toEqual(before.map(unmoved));
    expect(after.flat()).toHaveLength(5);
  });

  test("the orders API opens a connection for each request, and uses none of them again", async () => {
    const before = await waitFor("some requests", async () => {
      const sessions = await sessionsOf("orders-api");
      // One that has just come is still at its request.
      return sessions.length >= 3 && sessions.every(({ state }) => state === "idle") && sessions;
    });
    await waitFor("another request", async () => (await sessionsOf("orders-api")).length > before.length);
    expect(unmoved(await sessionsOf("orders-api"))).toEqual(expect.arrayContaining([...unmoved(before)]));
  });

  test("the storefront sells from two sessions", async () => {
    const before = await sessionsOf("storefront");
    expect(before).toHaveLength(2);
    await waitFor("another sale", async () => {
      expect(await sessionsOf("storefront")).not.toMatchObject(
        before.map(({ query_start }) => ({ query_start })),
      );
      return true;
    });
  });

  test("the warehouse waits for the checkout that forgot its commit", async () => {
    const [blocking] = await sql`
      SELECT pg_blocking_pids(w.pid) = ARRAY[c.pid] AS by_checkout FROM pg_stat_activity AS w, pg_stat_activity AS c
      WHERE w.application_name = 'warehouse' AND c.application_name = 'checkout-api'`;
    expect(blocking).toEqual({ by_checkout: true });
  });

  test("survives that somebody ends its sessions, and leaves none when it stops", async () => {
    // The driver's LISTEN comes back on its own, even after its client was ended: it is left alone.
    await sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = 'shop' AND application_name <> 'notifications'`;
    await waitFor("the storefront to come back", async () => (await sessionsOf("storefront")).length === 2);
    await service.stop();
    await expect(noSessionLeft()).resolves.toBe(true);
  });

  test("stops in the midst of its sins", async () => {
    const another = await startOrderService(addressOf(server));
    await another.stop();
    await expect(noSessionLeft()).resolves.toBe(true);
  });

  test("leaks until no slot is left, and goes on when one is again", async () => {
    const small = await startServer(major, { max_connections: "16" });
    const admin = connectTo(small);
    try {
      await createShop(addressOf(small));
      const leaked = () => admin`SELECT pid FROM pg_stat_activity WHERE application_name = 'orders-api'`;
      // Our own session takes its slot first: later it would be the one that is given back.
      expect(await leaked()).toEqual([]);
      const another = await startOrderService(addressOf(small));
      await refused(small);
      const before = await leaked();
      await admin`SELECT pg_terminate_backend(${before[0]?.["pid"]})`;
      await waitFor("a new leak", async () => {
        const pids = (await leaked()).map(({ pid }) => pid);
        expect(pids).toHaveLength(before.length);
        expect(pids).not.toContain(before[0]?.["pid"]);
        return true;
      });
      await another.stop();
    } finally {
      await admin.end();
      await small.remove();
    }
  });

  test("stops without a server too", async () => {
    const another = await startOrderService(addressOf(server));
    await server.stop("fast");
    await expect(another.stop()).resolves.toBeUndefined();
  });

  function sessionsOf(name: string): Promise<readonly Session[]> {
    return sql<Session[]>`
      SELECT pid, usename, state, wait_event_type || '/' || wait_event AS wait,
        xact_start::text, query_start::text
      FROM pg_stat_activity WHERE application_name = ${name} ORDER BY pid`;
  }

  function noSessionLeft(): Promise<true> {
    return waitFor("the sessions to go", async () => {
      // An unread export keeps its socket full, and nobody tells the server that the caller of the search has gone:
      // that is their sin, and they end with the server.
      const left = await sql`
        SELECT application_name FROM pg_stat_activity
        WHERE datname = 'shop' AND application_name NOT IN ('search-api', 'report-export')`;
      expect(left).toEqual([]);
      return true;
    });
  }
});

type Session = Readonly<Record<"pid" | "usename" | "state" | "wait" | "xact_start" | "query_start", unknown>>;

function unmoved(sessions: readonly Session[]): readonly Partial<Session>[] {
  return sessions.map(({ pid, xact_start }) => ({ pid, xact_start }));
}

function addressOf({ socketFolder, port }: EmbeddedPostgres): ShopAddress {
  return { host: socketFolder, port };
}

/** Until one request of the order service found no slot: the server's log says so. */
async function refused({ folder }: EmbeddedPostgres): Promise<void> {
  await waitFor("a request to be refused", async () =>
    /FATAL: {2}(?:remaining connection slots|sorry, too many clients)/.test(
      await readFile(join(folder, "server.log"), "utf8"),
    ),
  );
}
