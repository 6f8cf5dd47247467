import type { Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { evidenceStatement } from "../../src/observe/evidence-statement.ts";
import type { Evidence, EvidenceQuestion } from "../../src/observe/evidence.ts";
import { openLooker, type Looker } from "../observe/looker.ts";
import { aCut } from "../support/a-snapshot.ts";
import { connectTo, postgresMajors, startServer, type ClientOptions } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const settings = { max_prepared_transactions: "120", wal_level: "logical" };

describe.each(postgresMajors())("the evidence of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  let looker: Looker;
  let clients: Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major, settings);
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server, { applicationName: "admin" });
    await admin.unsafe("CREATE TABLE stock (item int, pieces int); INSERT INTO stock VALUES (1, 1), (2, 1)");
    await admin.unsafe("CREATE DATABASE shop");
    await admin.unsafe("CREATE ROLE seller LOGIN SUPERUSER");
    await admin.unsafe("CREATE ROLE stranger LOGIN");
    looker = await openLooker(server, { user: "pgleash" });
  });
  afterEach(async () => {
    // A statement that waits would outlive its client.
    await admin.unsafe(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'client'",
    );
    await Promise.all(clients.map((client) => client.end({ timeout: 0 })));
    clients = [];
  });
  afterAll(async () => {
    await looker.close();
    await admin.end();
    await server.remove();
  });

  async function gather(question: Partial<EvidenceQuestion> = {}): Promise<Evidence> {
    const { evidence, failure } = await looker.gather(question);
    if (evidence === null) throw new Error(failure);
    return evidence;
  }

  /** A session that ran these statements and gets stuck in the last one, if that waits. */
  async function connect(statements: readonly string[], options: ClientOptions = {}): Promise<number> {
    const client = connectTo(server, { applicationName: "client", ...options });
    clients.push(client);
    const [row] = await client.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
    for (const statement of statements.slice(0, -1)) await client.unsafe(statement);
    const last = client.unsafe(statements.at(-1) ?? "").catch(() => undefined);
    const pid = row?.pid ?? 0;
    await Promise.race([last, waitFor("it to end or to wait", () => waits(pid))]);
    return pid;
  }

  async function waits(pid: number): Promise<boolean> {
    const rows = await admin.unsafe("SELECT FROM pg_locks WHERE pid = $1 AND NOT granted", [pid]);
    return rows.length > 0;
  }

  async function prepare(gid: string, options: ClientOptions = {}): Promise<void> {
    const client = connectTo(server, { applicationName: "client", ...options });
    await client.unsafe("BEGIN");
    await client.unsafe("SELECT pg_current_xact_id()");
    await client.unsafe(`PREPARE TRANSACTION '${gid}'`);
    await client.end();
  }

  async function rollBack(gid: string, options: ClientOptions = {}): Promise<void> {
    const client = connectTo(server, { applicationName: "client", ...options });
    await client.unsafe(`ROLLBACK PREPARED '${gid}'`);
    await client.end();
  }

  test("of a calm server is empty, and tells when it was taken", async () => {
    const { takenAtSeconds, nextXid, sessionEndings, ...evidence } = await gather();
    expect((await looker.look()).nextXid).toBe(nextXid);
    expect(Math.abs(takenAtSeconds - Date.now() / 1000)).toBeLessThan(60);
    expect(evidence).toEqual({
      lockWaits: [],
      preparedTransactions: [],
      slotHorizons: [],
      connectionLimits: [],
      askedIdlePids: [],
      advisoryLockPids: [],
      cut: aCut(),
    });
    expect(sessionEndings.map(({ datname }) => datname).toSorted()).toEqual(
      major === "13" ? [] : ["postgres", "shop", "template0", "template1"],
    );
  });

  test("tells for whom each session of a queue waits, and only those asked about", async () => {
    const first = await connect(["BEGIN", take(1)]);
    const second = await connect(["BEGIN", take(2), take(1)]);
    const third = await connect(["BEGIN", take(2)]);
    const { lockWaits } = await gather({ waiterPids: [first, second, third, 2 ** 31 - 1] });
    expect(lockWaits).toEqual([
      { pid: first, blockingPids: [] },
      { pid: second, blockingPids: [first] },
      { pid: third, blockingPids: [second] },
      { pid: 2 ** 31 - 1, blockingPids: [] },
    ]);
    expect((await gather({ waiterPids: [third] })).lockWaits).toEqual([
      { pid: third, blockingPids: [second] },
    ]);
  });

  test("tells each of several blockers once", async () => {
    const readers = [
      await connect(["BEGIN", "SELECT * FROM stock", "SELECT * FROM stock"]),
      await connect(["BEGIN", "SELECT * FROM stock", "SELECT count(*) FROM stock"]),
    ];
    const waiter = await connect(["BEGIN", "LOCK TABLE stock"]);
    const { lockWaits } = await gather({ waiterPids: [waiter] });
    expect(lockWaits[0]?.blockingPids.toSorted((a, b) => a - b)).toEqual(readers.toSorted((a, b) => a - b));
  });

  test("shows a prepared transaction that blocks as 0", async () => {
    await connect(["BEGIN", take(1), "PREPARE TRANSACTION 'blocker'"]);
    const waiter = await connect(["BEGIN", take(1)]);
    expect((await gather({ waiterPids: [waiter] })).lockWaits).toEqual([{ pid: waiter, blockingPids: [0] }]);
    await rollBack("blocker");
  });

  test("lists prepared transactions with whose, where, since when, and what they hold", async () => {
    const gid = `it''s "é" \\ {1}`;
    await prepare(gid, { user: "seller", database: "shop" });
    await admin.unsafe("SELECT pg_current_xact_id()");
    const [prepared, ...others] = (await gather()).preparedTransactions;
    expect(others).toEqual([]);
    expect(prepared).toMatchObject({
      gid: gid.replace("''", "'"),
      datname: "shop",
      usename: "seller",
      xidAge: 2,
    });
    expect(prepared?.preparedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00$/);
    expect(prepared?.preparedSeconds).toBeGreaterThan(0);
    expect(prepared?.preparedSeconds).toBeLessThan(20);
    await rollBack(gid, { database: "shop" });
  });

  test("lists the oldest hundred prepared transactions, and counts the others", async () => {
    const gids = Array.from({ length: 103 }, (_, n) => `many-${n}`);
    for (const gid of gids) await prepare(gid);
    const { preparedTransactions, cut } = await gather();
    expect(preparedTransactions.map(({ gid }) => gid)).toEqual(gids.slice(0, 100));
    expect(cut).toEqual(aCut({ prepared_transactions: 3 }));
    for (const gid of gids) await rollBack(gid);
  });

  test("lists replication slots that hold back vacuum, and no others", async () => {
    await admin.unsafe("SELECT pg_create_physical_replication_slot('wal_only', true)");
    await admin.unsafe("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')");
    const [slot, ...others] = (await gather()).slotHorizons;
    expect(others).toEqual([]);
    expect(slot).toMatchObject({ slotName: "cdc", active: false });
    for (let n = 0; n < 5; n += 1) await admin.unsafe("SELECT pg_current_xact_id()");
    const catalogXminAge = (slot?.catalogXminAge ?? NaN) + 5;
    expect((await gather()).slotHorizons).toEqual([{ ...slot, xminAge: null, catalogXminAge }]);
    await admin.unsafe("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
  });

  test("lists the connection limits that hold for somebody", async () => {
    await admin.unsafe("ALTER DATABASE shop CONNECTION LIMIT 40");
    await admin.unsafe("CREATE ROLE app LOGIN CONNECTION LIMIT 10");
    await admin.unsafe("CREATE ROLE closed LOGIN CONNECTION LIMIT 0");
    await admin.unsafe("CREATE ROLE team NOLOGIN CONNECTION LIMIT 5");
    await admin.unsafe("ALTER ROLE seller CONNECTION LIMIT 3");
    await admin.unsafe("CREATE DATABASE broken");
    await admin.unsafe("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'broken'");
    expect((await gather()).connectionLimits).toEqual([
      { scope: "database", name: "shop", limit: 40 },
      { scope: "role", name: "closed", limit: 0 },
      { scope: "role", name: "app", limit: 10 },
    ]);
    await admin.unsafe("ALTER DATABASE shop CONNECTION LIMIT -1");
  });

  test("lists the lowest two hundred limits of roles, and counts the others", async () => {
    await admin.unsafe(ofEach("CREATE ROLE %I LOGIN CONNECTION LIMIT %s"));
    const { connectionLimits, cut } = await gather();
    await admin.unsafe(ofEach("DROP ROLE %I"));
    const limits = connectionLimits.filter(({ name }) => name.startsWith("limited_"));
    expect(connectionLimits).toHaveLength(200);
    expect(limits.map(({ limit }) => limit)).toEqual(limits.map((_, index) => 1001 + index));
    expect(cut).toEqual(aCut({ connection_limits: 203 - limits.length }));
  });

  test("counts how sessions ended in each database, where the server does", async () => {
    const isCounted = major !== "13";
    const before = killedIn(await gather(), "shop");
    const elsewhere = killedIn(await gather(), "template1");
    expect(typeof before).toBe(isCounted ? "number" : "undefined");
    const pid = await connect(["SELECT 1"], { database: "shop" });
    await admin.unsafe("SELECT pg_terminate_backend($1)", [pid]);
    const after = before === undefined ? undefined : before + 1;
    await waitFor("the session to be counted", async () => killedIn(await gather(), "shop") === after);
    expect(killedIn(await gather(), "template1")).toBe(elsewhere);
  });

  test("tells which idle sessions hold an advisory lock, of those asked about", async () => {
    const locked = "SELECT pg_advisory_lock(7)";
    const leader = await connect([locked]);
    const another = await connect(["SELECT pg_advisory_lock_shared(8), pg_advisory_lock_shared(9)"], {
      database: "shop",
    });
    const notAsked = await connect(["SELECT pg_advisory_lock(10)"]);
    const other = await connect(["SELECT 1"]);
    const waiter = await connect([locked]);
    const asked = [leader, another, other, waiter];
    const { advisoryLockPids, askedIdlePids } = await gather({ idlePids: asked });
    expect(advisoryLockPids.toSorted((a, b) => a - b)).toEqual([leader, another].toSorted((a, b) => a - b));
    expect(advisoryLockPids).not.toContain(notAsked);
    expect(askedIdlePids).toEqual(asked);
  });

  test.for(["force_custom_plan", "force_generic_plan"])(
    "reads no lock table while nobody asks (%s)",
    async (mode) => {
      const client = connectTo(server, {
        applicationName: "client",
        settings: { search_path: "pg_catalog", plan_cache_mode: mode },
      });
      clients.push(client);
      await client.unsafe(`PREPARE evidence (text, text) AS ${evidenceStatement(looker.version)}`);
      const scansOf = async (waiters: string, idle: string): Promise<readonly string[]> => {
        const explain = `EXPLAIN (ANALYZE, COSTS off, TIMING off) EXECUTE evidence('${waiters}', '${idle}')`;
        const lines = (await client.unsafe(explain)).map((row) => String(row["QUERY PLAN"]));
        return lines.filter((line) => /pg_lock_status.*actual/.test(line));
      };
      for (let n = 0; n < 7; n += 1) expect(await scansOf("{}", "{}")).toEqual([]);
      expect(await scansOf("{1}", "{}")).toEqual([]);
      expect(await scansOf("{}", "{1}")).toHaveLength(1);
    },
  );

  test("that does not come is a failure, and no reason to lose the look before it", async () => {
    const cutOff = await openLooker(server);
    await cutOff.look();
    await cutOff.close();
    expect(await cutOff.gather()).toEqual({ evidence: null, failure: "the connection was closed" });
  });

  test("is told to a role without any privilege as well", async () => {
    const stranger = await openLooker(server, { user: "stranger" });
    const { evidence, failure } = await stranger.gather({ waiterPids: [1], idlePids: [1] });
    await stranger.close();
    expect(failure).toBeNull();
    expect(evidence?.lockWaits).toEqual([{ pid: 1, blockingPids: [] }]);
  });
});

/** Runs it for each of 203 roles and their limits. */
function ofEach(statement: string): string {
  return `DO $$ BEGIN FOR n IN 1..203 LOOP
    EXECUTE format('${statement}', 'limited_' || n, 1000 + n);
  END LOOP; END $$`;
}

function take(item: number): string {
  return `UPDATE stock SET pieces = 0 WHERE item = ${item}`;
}

function killedIn({ sessionEndings }: Evidence, datname: string): number | undefined {
  return sessionEndings.find((endings) => endings.datname === datname)?.killed;
}
