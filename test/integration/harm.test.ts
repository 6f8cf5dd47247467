import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import type { HarmLevel } from "../../src/classify/harm.ts";
import type { Episode } from "../../src/classify/episode.ts";
import { builtInThresholds, type Thresholds } from "../../src/classify/thresholds.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** What a session does, what pgleash says that costs, and what it really costs. */
type Rung = {
  readonly name: string;
  readonly statements: readonly string[];
  /** Sent after them with a parameter, by the extended protocol. */
  readonly extended?: string;
  readonly harm: HarmLevel;
  readonly blocksDdl: boolean;
  readonly keepsDeadRows: boolean;
};

const savepointFails = ["SAVEPOINT a", "SELECT 1/0"];

const rungs: readonly Rung[] = [
  rung("BEGIN alone", "slot", "", ["BEGIN"]),
  rung("a SELECT", "ddl", "ddl", ["BEGIN", "SELECT * FROM stock LIMIT 1"]),
  // Its portal keeps its snapshot until the next statement: so do most drivers, and so much does their SELECT cost.
  {
    ...rung("a SELECT by the extended protocol", "vacuum", "ddl, dead rows", ["BEGIN"]),
    extended: "SELECT * FROM stock WHERE id = $1",
  },
  rung("a SELECT in REPEATABLE READ", "vacuum", "ddl, dead rows", [
    "BEGIN ISOLATION LEVEL REPEATABLE READ",
    "SELECT * FROM stock LIMIT 1",
  ]),
  rung("an open cursor", "vacuum", "ddl, dead rows", [
    "BEGIN",
    "DECLARE c CURSOR FOR SELECT * FROM stock",
    "FETCH 1 FROM c",
  ]),
  rung("a write to another table", "vacuum", "dead rows", ["BEGIN", "INSERT INTO other VALUES (1)"]),
  rung("a write to this table", "vacuum", "ddl, dead rows", ["BEGIN", "INSERT INTO stock VALUES (0, 0)"]),
  rung("an error after a write", "slot", "", ["BEGIN", "INSERT INTO stock VALUES (0, 0)", "SELECT 1/0"]),
  rung("an error in a savepoint after a SELECT", "ddl", "ddl", [
    "BEGIN",
    "SELECT * FROM stock LIMIT 1",
    ...savepointFails,
  ]),
  rung("an error in a savepoint after a write", "vacuum", "ddl, dead rows", [
    "BEGIN",
    "INSERT INTO stock VALUES (0, 0)",
    ...savepointFails,
  ]),
];

function rung(name: string, harm: HarmLevel, costs: string, statements: readonly string[]): Rung {
  return { name, statements, harm, blocksDdl: costs.includes("ddl"), keepsDeadRows: costs.includes("dead") };
}

const soon = { enabled: true, suspectAfterSeconds: 0.1, leakedAfterSeconds: 3600 };
const defaults: Thresholds = {
  ...builtInThresholds,
  idle_in_transaction: soon,
  idle_in_transaction_aborted: soon,
  prepared_transaction: soon,
};

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  let watched: Watched;
  const clients: postgres.Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major, { max_prepared_transactions: "5", autovacuum: "off" });
    const place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    admin = connectTo(server);
    await admin.unsafe("CREATE TABLE stock (id int, pieces int); CREATE TABLE other (id int)");
    await admin.unsafe("INSERT INTO stock SELECT i, 1 FROM generate_series(1, 2000) AS i");
    watched = watchServer(place, { thresholds: { defaults, overrides: [], expected: [], markers: [] } });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end({ timeout: 0 })));
    await waitFor("the clients to be gone", async () => (await othersIn(admin)) === 0);
  });
  afterAll(async () => {
    await watched.close();
    await admin.end();
    await server.remove();
  });

  test.for(rungs)("$name is $harm, and costs just that", async (one) => {
    const client = aClient(one.name);
    for (const statement of one.statements) await client.unsafe(statement).catch(unlessDivisionByZero);
    if (one.extended !== undefined) await client.unsafe(one.extended, [1]);
    const suspect = await named(one.name);
    expect(suspect.harm).toMatchObject({ level: one.harm, blockedSessions: 0 });
    expect(suspect.harm.horizonAge === null).toBe(!one.keepsDeadRows);
    expect(await blocksDdl()).toBe(one.blocksDdl);
    expect(await keepsDeadRows()).toBe(one.keepsDeadRows);
  });

  test("whoever is waited for is blamed, with everybody behind, and nobody who waits", async () => {
    const holder = aClient("holder");
    await holder.unsafe("BEGIN");
    await holder.unsafe("UPDATE stock SET pieces = 0 WHERE id = 1");
    for (const name of ["first", "second", "third"]) {
      const waiter = aClient(name);
      await waiter.unsafe("BEGIN");
      // Each waits for the one before it, for the row or for the place in its queue.
      void waiter.unsafe("UPDATE stock SET pieces = 1 WHERE id = 1").catch(() => undefined);
      await waitFor(`${name} to wait`, async () => (await waitersIn(admin)).includes(name));
    }
    const suspect = await waitFor("the queue to be seen", () => {
      const last = watched.view().report?.suspects.find((one) => applicationOf(one) === "holder");
      return last?.harm.blockedSessions === 3 && last;
    });
    expect(suspect.harm.level).toBe("blocking");
    expect(watched.view().report?.suspects.map(applicationOf)).toEqual(["holder"]);
  });

  test("a prepared transaction is named, holds the horizon and blocks as such", async () => {
    const client = aClient("coordinator");
    await client.unsafe("BEGIN");
    await client.unsafe("UPDATE stock SET pieces = 0 WHERE id = 2");
    await client.unsafe("PREPARE TRANSACTION 'order 7'");
    try {
      const waiter = aClient("waiter");
      void waiter.unsafe("UPDATE stock SET pieces = 1 WHERE id = 2").catch(() => undefined);
      const suspect = await waitFor("it to be named", () =>
        watched.view().report?.suspects.find((one) => one.harm.blockedSessions === 1),
      );
      expect(suspect).toMatchObject({
        kind: "prepared_transaction",
        prepared: { gid: "order 7", datname: "postgres", usename: "postgres" },
        harm: { level: "blocking", horizonAge: expect.any(Number) },
      });
      expect(watched.view().report?.horizons[0]).toMatchObject({
        holder: "prepared_transaction",
        name: "order 7",
      });
    } finally {
      await admin.unsafe("ROLLBACK PREPARED 'order 7'");
    }
    await waitFor("it to be gone", () => watched.view().report?.suspects.length === 0);
  });

  function aClient(applicationName: string): postgres.Sql {
    const client = connectTo(server, { applicationName });
    clients.push(client);
    return client;
  }

  function named(applicationName: string): Promise<Episode> {
    return waitFor(`${applicationName} to be named`, () =>
      watched.view().report?.suspects.find((suspect) => applicationOf(suspect) === applicationName),
    );
  }

  async function blocksDdl(): Promise<boolean> {
    const ddl = "BEGIN; SET LOCAL lock_timeout = '300ms'; ALTER TABLE stock ADD COLUMN extra int";
    try {
      await admin.unsafe(ddl);
      return false;
    } catch (error) {
      if (error instanceof postgres.PostgresError && error.code === "55P03") return true;
      throw error;
    } finally {
      await admin.unsafe("ROLLBACK");
    }
  }

  async function now(): Promise<string> {
    const [row] = await admin.unsafe("SELECT clock_timestamp()::text AS now");
    return String(row?.["now"]);
  }

  /** Our own looks have snapshots too: VACUUM must keep what died after one began. */
  function looksFromBefore(moment: string): Promise<true> {
    const stillLooking = "usename = 'pgleash' AND state = 'active' AND xact_start <= $1::text::timestamptz";
    return waitFor("looks from before to be over", async () => {
      const rows = await admin.unsafe(`SELECT FROM pg_stat_activity WHERE ${stillLooking}`, [moment]);
      return rows.length === 0;
    });
  }

  /** Whether VACUUM must keep rows that died after the session did what it did. */
  async function keepsDeadRows(): Promise<boolean> {
    const notices: string[] = [];
    const vacuum = postgres({
      host: server.socketFolder,
      port: server.port,
      user: "postgres",
      max: 1,
      connection: { application_name: "vacuum" },
      onnotice: ({ message = "", detail = "" }) => void notices.push(message, detail),
    });
    try {
      // Far from the rows that the sessions read: 13 passes over a page that a cursor has pinned.
      await vacuum.unsafe("UPDATE stock SET pieces = pieces + 1 WHERE id > 1900");
      await looksFromBefore(await now());
      await vacuum.unsafe("VACUUM (VERBOSE) stock");
    } finally {
      await vacuum.end();
    }
    // The wording of 13 and 14, and that of 15 and newer.
    const kept = /(\d+) (?:dead row versions cannot be removed yet|are dead but not yet removable)/.exec(
      notices.join("\n"),
    );
    if (kept === null) throw new Error(`VACUUM did not say what it kept: ${notices.join("\n")}`);
    return Number(kept[1]) > 0;
  }
});

function applicationOf(suspect: Episode): string | null {
  return "backend" in suspect ? suspect.backend.applicationName : null;
}

function unlessDivisionByZero(error: unknown): void {
  if (!(error instanceof postgres.PostgresError && error.code === "22012")) throw error;
}

async function othersIn(admin: postgres.Sql): Promise<number> {
  const rows = await admin.unsafe(
    "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND usename = 'postgres'",
  );
  return rows.length;
}

async function waitersIn(admin: postgres.Sql): Promise<readonly string[]> {
  const rows = await admin.unsafe(
    "SELECT application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
  );
  return rows.map((row) => String(row["application_name"]));
}
