import type { Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { openSession, type Session } from "../../src/postgres/session.ts";
import { aConnection, type ConnectionWishes } from "../support/a-connection.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { watchStalls } from "../support/stalls.ts";
import { waitFor } from "../support/wait-for.ts";

describe.each(postgresMajors())("a session with PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  const sessions: Session[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE nobody_special LOGIN");
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(sessions.splice(0).map((session) => session.close()));
  });

  afterAll(async () => {
    await admin.end({ timeout: 0 });
    await server.remove();
  });

  function open(wishes: ConnectionWishes = {}, place: Partial<Place> = {}): Session {
    const settings = aConnection(
      { host: server.socketFolder, port: server.port, ...place },
      { user: "postgres", ...wishes },
    );
    const session = openSession(settings, { address: settings.addresses[0], isEncrypted: false });
    sessions.push(session);
    return session;
  }

  async function ownSessions(condition = "true"): Promise<number> {
    const [row] = await admin.unsafe<{ count: number }[]>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'pgleash' AND ${condition}`,
    );
    return row?.count ?? -1;
  }

  test("is called pgleash, and answers with the pid that the server announced", async () => {
    const reply = await open().query(
      "SELECT pg_backend_pid() AS pid, current_setting('application_name') AS name",
      [],
      {
        deadline: startDeadline(10),
        prepare: false,
      },
    );
    expect(reply.rows[0]).toEqual({ pid: reply.announcedPid, name: "pgleash" });
  });

  test("gives up at its deadline and frees itself, though the server still works on the statement", async () => {
    const session = open();
    await ask(session, "SELECT 1");
    const stalls = await watchStalls();
    onTestFinished(() => stalls.stop());
    const startedMs = performance.now();
    await expect(ask(session, "SELECT pg_sleep(30)", 0.3)).rejects.toMatchObject({ reason: "timeout" });
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeLessThan(1500 + 1000 * (await stalls.longestSeconds()));
    expect(session.isOpen()).toBe(false);
  });

  test("sends nothing once its deadline is over, and can go on", async () => {
    const session = open();
    await ask(session, "CREATE TEMP TABLE sent (n int)");
    await expect(ask(session, "INSERT INTO sent VALUES (1)", 0)).rejects.toMatchObject({
      reason: "timeout",
      message: "no time was left: nothing was sent",
    });
    expect(await ask(session, "SELECT count(*)::int AS rows FROM sent")).toEqual({ rows: 0 });
  });

  test("refuses a reply that would fill our memory", async () => {
    const session = open();
    await expect(
      ask(session, "SELECT repeat('x', 1000000) FROM generate_series(1, 2000)", 30),
    ).rejects.toMatchObject({
      reason: "protocol",
      message: expect.stringContaining("67108864 bytes"),
    });
    expect(session.isOpen()).toBe(false);
  });

  test("that the server ends is over: it does not connect again behind our back", async () => {
    const session = open();
    await ask(session, "SELECT 1");
    await admin.unsafe(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgleash'",
    );
    await waitFor("the session to notice", () => !session.isOpen());
    await expect(ask(session, "SELECT 1")).rejects.toMatchObject({ reason: "connect" });
    await waitFor("no session of ours to be left", async () => (await ownSessions()) === 0);
  });

  test("survives a statement that is refused for want of a privilege", async () => {
    const session = open({ user: "nobody_special" });
    await expect(ask(session, "SELECT * FROM pg_authid")).rejects.toMatchObject({
      reason: "permission",
      code: "42501",
    });
    expect(await ask(session, "SELECT 1 AS one")).toEqual({ one: 1 });
  });

  test("survives a statement that the server times out", async () => {
    const session = open();
    await ask(session, "SET statement_timeout = '100ms'");
    await expect(ask(session, "SELECT pg_sleep(30)")).rejects.toMatchObject({
      reason: "timeout",
      code: "57014",
    });
    expect(await ask(session, "SELECT 1 AS one")).toEqual({ one: 1 });
  });

  test("closes while a statement runs, and leaves no session behind", async () => {
    await admin.unsafe("SELECT pg_advisory_lock(1)");
    const session = open();
    const outcome = ask(session, "SELECT pg_advisory_lock(1)", 60).catch((error: unknown) => error);
    // A session is seen before it runs anything, and that of the test before may still be there.
    await waitFor("the statement to run", async () => (await ownSessions("wait_event = 'advisory'")) === 1);
    await session.close();
    expect(await outcome).toMatchObject({ name: "PostgresFailure", reason: "connect" });
    // The server notices that nobody is there once it has something to say.
    await admin.unsafe("SELECT pg_advisory_unlock(1)");
    await waitFor("the session to be gone", async () => (await ownSessions()) === 0);
  });

  test("takes nothing from the environment that its settings do not say", async () => {
    vi.stubEnv("PGDATABASE", "no_such_database");
    vi.stubEnv("PGAPPNAME", "somebody_else");
    vi.stubEnv("PGPASSWORD", "wrong");
    vi.stubEnv("PGMAX", "7");
    expect(await ask(open(), "SELECT current_database() AS name")).toEqual({ name: "postgres" });
  });

  test.for<[string, ConnectionWishes, Partial<Place>, string]>([
    ["a server that is not there", {}, { host: "/nowhere" }, "connect"],
    ["a port where nobody listens", {}, { host: "127.0.0.1", port: 1 }, "connect"],
    ["a role that does not exist", { user: "no_such_role" }, {}, "auth"],
    ["a database that does not exist", { database: "no_such_database" }, {}, "auth"],
  ])("with %s fails for the right reason", async ([, wishes, place, reason]) => {
    await expect(ask(open(wishes, place), "SELECT 1")).rejects.toMatchObject({
      name: "PostgresFailure",
      reason,
    });
  });
});

/** Where a server listens. */
type Place = { readonly host: string; readonly port: number };

async function ask(session: Session, text: string, deadlineSeconds = 10): Promise<unknown> {
  const { rows } = await session.query(text, [], {
    deadline: startDeadline(deadlineSeconds),
    prepare: false,
  });
  return rows[0];
}
