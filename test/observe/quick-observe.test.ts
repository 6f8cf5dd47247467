import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { quickObserve, type QuickRequest } from "../../src/observe/quick-observe.ts";
import type { OpenTransaction, QuickSnapshot } from "../../src/observe/quick-snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { startReplication } from "../support/a-walsender.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { openLooker, type Looker } from "./looker.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** Whatever is open is old enough at once. */
const none = { idleInTransactionSeconds: 0, activeSeconds: 0, transactionSeconds: 0 };
const never = { idleInTransactionSeconds: Infinity, activeSeconds: Infinity, transactionSeconds: Infinity };

describe.each(postgresMajors())("a quick look at PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let looker: Looker;
  let beganSeconds: number;
  const clients: postgres.Sql[] = [];

  beforeAll(async () => {
    const settings = { wal_level: "logical", max_connections: "100" };
    server = await startServer(major, settings);
    looker = await openLooker(server);
    beganSeconds = Date.now() / 1000 - 5;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end({ timeout: 0 });
    // A server notices only much later that nobody waits for a statement any more.
    await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name IN ('test', 'replica') AND pid <> pg_backend_pid()`);
    await waitFor("calm", async () => (await pidsOf()).length === 0);
  });
  afterAll(async () => {
    await looker.close();
    await server.remove();
  });

  test("sees open transactions that came of age since the last look, and their ages", async () => {
    const idle = await aTransaction();
    const { takenAtSeconds, transactions } = await look();
    expect(Math.abs(takenAtSeconds - Date.now() / 1000)).toBeLessThan(5);
    expect(transactions).toEqual([
      {
        pid: idle,
        state: "idle in transaction",
        xactSeconds: expect.any(Number),
        querySeconds: expect.any(Number),
        stateSeconds: expect.any(Number),
      },
    ]);
    expect(await pidsOf({ ages: never })).toEqual([]);
    expect(await pidsOf({ ages: { ...never, idleInTransactionSeconds: 60 } })).toEqual([]);
  });

  test("goes by the transaction, by its pause and by the statement that runs, each by itself", async () => {
    const client = aClient();
    const running = client.unsafe("SELECT pg_sleep(30)").catch(() => undefined);
    await waitFor("the statement", async () => (await pidsOf({ ages: none })).length === 1);
    for (const one of ["transactionSeconds", "activeSeconds", "idleInTransactionSeconds"] as const)
      expect([one, (await look({ ages: { ...never, [one]: 0 } })).transactions]).toMatchObject([
        one,
        [{ state: "active" }],
      ]);
    await admin("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)'");
    await running;
  });

  test("leaves out what the last look saw as old, however old it is by now", async () => {
    await aTransaction();
    const { takenAtSeconds: lastLookSeconds } = await look();
    const fresh = await aTransaction();
    const ages = { ...never, transactionSeconds: 0 };
    expect(await pidsOf({ ages, lastLookSeconds })).toEqual([fresh]);
    expect(await pidsOf({ ages, lastLookSeconds: Date.now() / 1000 + 3600 })).toEqual([]);
  });

  test("finds a pause that began after the last look, though its statement began before", async () => {
    const client = aClient();
    await client.unsafe("BEGIN");
    const working = client.unsafe("SELECT pg_sleep(1)").execute();
    await waitFor("the statement", async () => (await look()).transactions[0]?.state === "active");
    const { takenAtSeconds: lastLookSeconds } = await look();
    await working;
    const ages = { ...never, idleInTransactionSeconds: 0 };
    const { transactions } = await look({ ages, lastLookSeconds });
    expect(transactions).toMatchObject([{ state: "idle in transaction" }]);
  });

  test("sees no idle, no aborted session, no walsender, no parallel worker, and not itself", async () => {
    await admin("CREATE PUBLICATION everything FOR ALL TABLES");
    const replica = await startReplication(server);
    clients.push(replica);
    await aClient().unsafe("SELECT 1");
    const aborted = aClient();
    await aborted.unsafe("BEGIN");
    await expect(aborted.unsafe("SELECT 1/0")).rejects.toThrow("division");
    const forced = Number(major) >= 16 ? "debug_parallel_query" : "force_parallel_mode";
    const parallel = connectTo(server, { settings: { [forced]: "on" } });
    clients.push(parallel);
    const [leader] = await parallel.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
    const running = parallel.unsafe("SELECT pg_sleep(20)").catch(() => undefined);
    await waitFor("the parallel worker", async () => {
      const types = await admin("SELECT backend_type FROM pg_stat_activity WHERE xact_start IS NOT NULL");
      return types.some((row) => row["backend_type"] === "parallel worker");
    });
    expect(await pidsOf()).toEqual([leader?.pid]);
    await admin("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)'");
    await running;
  });

  test("returns a bounded few", async () => {
    for (let index = 0; index < 55; index += 1) await aTransaction();
    expect(await pidsOf()).toHaveLength(50);
  });

  test("sees nothing of others without pg_read_all_stats, and is not refused", async () => {
    await admin("CREATE ROLE nobody LOGIN");
    await aTransaction();
    const blind = await openLooker(server, { user: "nobody" });
    const { transactions } = await quickObserve(blind.session, request());
    await blind.close();
    expect(transactions).toEqual([]);
  });

  test("is prepared once, whatever it asks for", async () => {
    for (let index = 0; index < 20; index += 1)
      await look({ ages: { ...none, activeSeconds: index }, lastLookSeconds: beganSeconds + index });
    const { rows } = await looker.session.query(
      "SELECT count(*)::int AS prepared FROM pg_prepared_statements WHERE statement LIKE '%idset%'",
      [],
      { deadline: startDeadline(5), prepare: false },
    );
    expect(rows).toEqual([{ prepared: 1 }]);
  });

  function request(overrides: Partial<QuickRequest> = {}): QuickRequest {
    return { ages: none, lastLookSeconds: beganSeconds, deadline: startDeadline(5), ...overrides };
  }

  function look(overrides: Partial<QuickRequest> = {}): Promise<QuickSnapshot> {
    return quickObserve(looker.session, request(overrides));
  }

  async function pidsOf(overrides: Partial<QuickRequest> = {}): Promise<readonly OpenTransaction["pid"][]> {
    return (await look(overrides)).transactions.map(({ pid }) => pid);
  }

  function aClient(): postgres.Sql {
    const client = connectTo(server);
    clients.push(client);
    return client;
  }

  /** The pid of a session that idles in a transaction. */
  async function aTransaction(): Promise<number> {
    const client = aClient();
    await client.unsafe("BEGIN");
    const [row] = await client.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
    if (row === undefined) throw new Error("every session has a pid");
    return row.pid;
  }

  async function admin(statement: string): Promise<readonly Record<string, unknown>[]> {
    const client = connectTo(server);
    const rows = await client.unsafe<Record<string, unknown>[]>(statement);
    await client.end();
    return rows;
  }
});
