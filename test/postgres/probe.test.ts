import type { Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { createConnection, type Connection } from "../../src/postgres/connection.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Connected } from "../../src/postgres/attempts/make-attempt.ts";
import { probe } from "../../src/postgres/probe.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aConnection } from "../support/a-connection.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("the probe of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  const connections: Connection[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
  });
  afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.close())));
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("bounds what our session may cost, below our own deadline", async () => {
    const session = await use(kept(), { lookTimeoutSeconds: 10 });
    expect(await settingsOf(session)).toMatchObject({
      statement_timeout: "8000",
      lock_timeout: "8000",
      idle_in_transaction_session_timeout: "8000",
      jit: "off",
      max_parallel_workers_per_gather: "0",
      search_path: "pg_catalog",
      work_mem: "65536",
      client_encoding: "UTF8",
    });
  });

  test("lets the server notice that we are gone, where it can", async () => {
    const settings = await settingsOf(await use(kept()));
    expect(settings["client_connection_check_interval"]).toBe(Number(major) >= 14 ? "1000" : undefined);
  });

  test("tells as whom the session view shows us, also where a role is set at login", async () => {
    await admin.unsafe("CREATE ROLE team; CREATE ROLE member LOGIN IN ROLE team");
    await admin.unsafe("ALTER ROLE member SET role = 'team'");
    const connection = kept();
    const session = await use(connection, { user: "member", database: "template1" });
    const { user, ownSession } = await probe(session, { deadline: startDeadline(5), lookTimeoutSeconds: 5 });
    const shown = await ask(
      session,
      "SELECT datname, usename FROM pg_stat_activity WHERE pid = pg_backend_pid()",
    );
    expect({ user, shown }).toEqual({ user: "team", shown: [ownSession] });
  });

  test("runs nothing that others put before the system's own", async () => {
    await admin.unsafe(`
      CREATE SCHEMA evil;
      CREATE DOMAIN evil.text AS pg_catalog.text CHECK (false);
      CREATE DOMAIN evil.json AS pg_catalog.json CHECK (false);
      CREATE FUNCTION evil.equal(pg_catalog.text, pg_catalog.text) RETURNS bool LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'evil ran'; END $$;
      CREATE FUNCTION evil.equal(name, name) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil ran'; END $$;
      CREATE OPERATOR evil.= (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = evil.equal);
      CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.equal);
      CREATE ROLE deceived LOGIN;
      GRANT USAGE ON SCHEMA evil TO deceived;
      ALTER ROLE deceived SET search_path = evil, pg_catalog`);
    const session = await use(kept(), { user: "deceived" });
    expect(await settingsOf(session)).toMatchObject({ search_path: "pg_catalog" });
  });

  test("sets another look timeout over the same connection", async () => {
    const connection = kept();
    const session = await use(connection, { lookTimeoutSeconds: 10 });
    connection.askAgain();
    expect(await use(connection, { lookTimeoutSeconds: 20 })).toBe(session);
    expect(await settingsOf(session)).toMatchObject({ statement_timeout: "16000", lock_timeout: "16000" });
  });

  test("keeps what is learned of the grant to signal, over the same connection", async () => {
    await admin.unsafe("CREATE ROLE granted LOGIN IN ROLE pg_signal_backend");
    const connection = kept();
    const session = await use(connection, { user: "granted" });
    const grantOf = async () => (await connect(connection, { user: "granted" })).probe.privileges;
    expect((await grantOf()).pg_signal_backend).toBe(true);
    connection.learnGrant(false);
    expect(await grantOf()).toEqual({ pg_read_all_stats: false, pg_signal_backend: false, superuser: false });
    expect(await use(connection, { user: "granted" })).toBe(session);
  });

  test("knows the pid of the backend that answers", async () => {
    const { session, probe: probed } = await connect(kept());
    expect(await ask(session, "SELECT pg_backend_pid() AS pid")).toEqual([{ pid: probed.backendPid }]);
  });

  test("takes names as they are, though its database is of an encoding that cannot hold them", async () => {
    await admin.unsafe(
      "CREATE DATABASE legacy ENCODING 'EUC_JP' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    const name = "ümlaut 🦀";
    await admin.unsafe(`CREATE ROLE "${name}" LOGIN`);
    const stranger = connectTo(server, { user: name });
    try {
      await stranger.unsafe("SELECT 1");
      const session = await use(kept(), { database: "legacy" });
      const found = await ask(
        session,
        "SELECT usename FROM pg_stat_activity WHERE application_name = 'test' AND usename <> 'postgres'",
      );
      expect(found).toEqual([{ usename: name }]);
    } finally {
      await stranger.end();
    }
  });

  function kept(): Connection {
    const connection = createConnection();
    connections.push(connection);
    return connection;
  }

  async function use(connection: Connection, options: Parameters<typeof connect>[1] = {}): Promise<Session> {
    return (await connect(connection, options)).session;
  }

  async function connect(
    connection: Connection,
    { lookTimeoutSeconds = 5, user = "postgres", database = "postgres" } = {},
  ): Promise<Connected> {
    return await connection.use(
      aConnection({ host: server.socketFolder, port: server.port }, { user, database }),
      { deadline: startDeadline(5), lookTimeoutSeconds },
    );
  }
});

async function settingsOf(session: Session): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await ask(session, "SELECT json_object_agg(name, setting) AS settings FROM pg_settings");
  const settings: unknown = Object(row)["settings"];
  return typeof settings === "object" && settings !== null ? { ...settings } : {};
}

async function ask(session: Session, statement: string): Promise<readonly unknown[]> {
  const { rows } = await session.query(statement, [], { deadline: startDeadline(5), prepare: false });
  return rows;
}
