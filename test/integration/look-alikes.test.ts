import { setTimeout } from "node:timers/promises";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { startReplication } from "../support/a-walsender.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** Everything is leaked after 2 s: who has lived twice as long without a verdict never gets one. */
const wellOverSeconds = 4;

const settings = {
  wal_level: "logical",
  max_worker_processes: "16",
  max_parallel_workers: "8",
  max_parallel_workers_per_gather: "2",
  parallel_setup_cost: "0",
  parallel_tuple_cost: "0",
  min_parallel_table_scan_size: "0",
};

const schema = `
  CREATE TABLE numbers AS SELECT generate_series(1, 5000) AS n;
  CREATE TABLE received (n int);
  CREATE TABLE stock (id int PRIMARY KEY, pieces int);
  INSERT INTO stock VALUES (1, 10);
  CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.002); RETURN n; END';
  CREATE PUBLICATION everything FOR ALL TABLES;
  ANALYZE`;

type Play = (sql: postgres.Sql, leaving: AbortSignal) => Promise<unknown>;

/** Statements that go on are caught at once: the end of the test is the end of their session. */
function goOn(query: Promise<unknown>): void {
  query.catch(() => []);
}

const plays: Readonly<Record<string, Play>> = {
  blocker: async (sql) => {
    await sql.unsafe("BEGIN");
    await sql.unsafe("UPDATE stock SET pieces = 9 WHERE id = 1");
  },
  waiter: async (sql) => goOn(sql.unsafe("UPDATE stock SET pieces = 8 WHERE id = 1").execute()),
  "parallel query": async (sql) => {
    goOn(sql.unsafe("SELECT count(*) FROM numbers WHERE pg_sleep(0.01) IS NULL").execute());
  },
  "index build": async (sql) => goOn(sql.unsafe("CREATE INDEX ON numbers (slow(n))").execute()),
  "slow import": async (sql, leaving) => {
    const rows = await sql.unsafe("COPY received FROM STDIN").writable();
    rows.on("error", () => {});
    goOn(forEver(leaving, 150, async () => rows.write("1\n".repeat(100))));
  },
  subscriber: async (sql) => sql.listen("orders", () => {}),
  "lock holder": async (sql) => sql.unsafe("SELECT pg_advisory_lock(1)"),
};

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  let watched: Watched;
  const leaving = new AbortController();
  const clients: postgres.Sql[] = [];
  const workers = new Set<number>();

  beforeAll(async () => {
    server = await startServer(major, settings);
    const place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    admin = connectTo(server);
    await admin.unsafe(schema);
    watched = watchServer(place);
    await watched.look();
    // First of all: a new slot waits for the end of every transaction under way.
    clients.push(await startReplication(server));
    for (const [applicationName, play] of Object.entries(plays)) {
      const sql = connectTo(server, { applicationName });
      clients.push(sql);
      await play(sql, leaving.signal);
    }
    for (let size = 0; size < 3; size += 1) {
      const sql = connectTo(server, { applicationName: "busy pool" });
      clients.push(sql);
      goOn(forEver(leaving.signal, 5, () => sellOnce(sql)));
    }
    goOn(
      forEver(leaving.signal, 50, async () => (await parallelWorkers()).forEach((pid) => workers.add(pid))),
    );
  });
  afterAll(async () => {
    leaving.abort();
    // Whoever sleeps or waits for a lock does not notice that its client has gone.
    await admin.unsafe(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL",
    );
    await Promise.all(clients.map((sql) => sql.end({ timeout: 0 })));
    await watched.close();
    await admin.end();
    await server.remove();
  });

  test("the sinner among them is found, so the watch is not blind", async () => {
    const verdict = await waitFor("leaked", () => {
      const last = watched.suspectsOf("blocker").at(-1)?.suspect;
      return last?.severity === "leaked" && last;
    });
    expect(verdict.kind).toBe("idle_in_transaction");
  });

  const healthy = [
    ["waiter", "that waits for a lock", "active", "Lock/transactionid"],
    ["index build", "that reports progress", "active", "Timeout/PgSleep"],
    ["subscriber", "that listens", "idle", "Client/ClientRead"],
    ["lock holder", "of an advisory lock", "idle", "Client/ClientRead"],
  ] as const;
  test.for(healthy)("the %s, a session %s, is never reported", async ([name, _what, state, wait]) => {
    await waitFor(`${name} to be old enough`, () => isOld(name));
    await waitFor("it to be what it is said to be", async () => {
      expect(await sessionsOf(name)).toMatchObject([{ state, wait }]);
      return true;
    });
    expect(watched.suspectsOf(name)).toEqual([]);
  });

  test("our own session is never reported, nor counted", async () => {
    await waitFor("it to be old enough", () => isOld("pgleash"));
    expect(watched.suspectsOf("pgleash")).toEqual([]);
    expect(watched.view().report?.snapshot.groups.map((group) => group.usename)).not.toContain("pgleash");
  });

  test("a logical walsender is never reported, nor counted as a client", async () => {
    await waitFor("it to be old enough", () => isOld("replica"));
    const [sender, ...others] = await sessionsOf("replica");
    expect(sender).toMatchObject({ backend_type: "walsender", state: "active", datname: "postgres" });
    expect(others).toEqual([]);
    expect(watched.suspectsOf("replica")).toEqual([]);
    expect(watched.view().report?.snapshot.groups.map((group) => group.applicationName)).not.toContain(
      "replica",
    );
  });

  test("a pool that is always busy is never reported, however old its sessions are", async () => {
    await waitFor("the pool to be old enough", () => isOld("busy pool"));
    expect(await sessionsOf("busy pool")).toHaveLength(3);
    const [sold] = await admin.unsafe("SELECT count(*)::int AS sales FROM received");
    expect(sold?.["sales"]).toBeGreaterThan(100);
    expect(watched.suspectsOf("busy pool")).toEqual([]);
  });

  test("of a long parallel query the leader is reported, with low certainty, and no worker", async () => {
    await waitFor("it to be old enough", () => isOld("parallel query"));
    expect(workers.size).toBeGreaterThan(0);
    const verdicts = watched.suspectsOf("parallel query").map(({ suspect }) => suspect);
    expect(verdicts.filter(({ backend }) => workers.has(backend.id.pid))).toEqual([]);
    expect(new Set(verdicts.map(({ kind, certainty }) => `${kind}, ${certainty}`))).toEqual(
      new Set(["stale_active, low"]),
    );
  });

  test("a COPY that trickles in is never reported where the server shows its progress", async () => {
    await waitFor("it to be old enough", () => isOld("slow import"));
    expect(await sessionsOf("slow import")).toMatchObject([{ state: "active" }]);
    const verdicts = watched
      .suspectsOf("slow import")
      .map(({ suspect }) => `${suspect.kind}, ${suspect.certainty}`);
    // 13 shows none: between two chunks it looks as one whose sender has stopped. A known limit.
    expect([...new Set(verdicts)]).toEqual(major === "13" ? ["stalled_client, medium"] : []);
  });

  async function isOld(applicationName: string): Promise<boolean> {
    const sessions = await sessionsOf(applicationName);
    return sessions.length > 0 && sessions.every(({ seconds }) => Number(seconds) > wellOverSeconds);
  }

  /** `seconds`: how long the session has done what it does, or has lived where it does many things. */
  async function sessionsOf(applicationName: string): Promise<readonly postgres.Row[]> {
    return admin.unsafe(
      `SELECT state, wait_event_type || '/' || wait_event AS wait, backend_type, datname,
         extract(epoch FROM clock_timestamp() - backend_start)::float8 AS seconds
       FROM pg_stat_activity WHERE application_name = $1 AND backend_type <> 'parallel worker' ORDER BY pid`,
      [applicationName],
    );
  }

  async function parallelWorkers(): Promise<readonly number[]> {
    const rows = await admin.unsafe(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'parallel worker'",
    );
    return rows.map((row) => Number(row["pid"]));
  }
});

async function forEver(leaving: AbortSignal, pauseMs: number, step: () => Promise<unknown>): Promise<void> {
  while (!leaving.aborted) {
    await step();
    await setTimeout(pauseMs, undefined, { signal: leaving }).catch(() => {});
  }
}

async function sellOnce(sql: postgres.Sql): Promise<void> {
  await sql.unsafe("BEGIN");
  await sql.unsafe("INSERT INTO received VALUES (1)");
  await sql.unsafe("COMMIT");
}
