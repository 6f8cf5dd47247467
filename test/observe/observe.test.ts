import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { neverAges, openLooker, type Looker } from "./looker.ts";

describe.each(postgresMajors())("a look at PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let looker: Looker;
  const clients: Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    looker = await openLooker(server);
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end({ timeout: 0 })));
    await looker.close();
    await server.remove();
  });

  /** A session of its own application with an open transaction; resolves to its pid. */
  async function openTransaction(applicationName: string): Promise<number> {
    const client = connectTo(server, { applicationName });
    clients.push(client);
    await client.unsafe("BEGIN");
    const [row] = await client.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
    return row?.pid ?? 0;
  }

  test("returns who, in which state, since when, with ages by the server's clock", async () => {
    const pid = await openTransaction("first");
    const backend = (await looker.look()).candidates.find((candidate) => candidate.id.pid === pid);
    expect(backend).toMatchObject({
      datname: "postgres",
      usename: "postgres",
      applicationName: "first",
      clientAddr: null,
      pooledClientAddr: null,
      state: "idle in transaction",
      waitEventType: "Client",
      waitEvent: "ClientRead",
      statement: { head: "SELECT pg_backend_pid() AS pid", tail: null, isCut: false },
      progress: null,
    });
    expect(backend?.id.backendStart).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/);
    expect(backend?.stateSeconds).toBeGreaterThanOrEqual(0);
    expect(backend?.xactSeconds).toBeGreaterThanOrEqual(backend?.stateSeconds ?? Infinity);
  });

  test("counts every client backend but its own", async () => {
    await openTransaction("second");
    const { groups } = await looker.look();
    const [row] = await connectedClients();
    expect(sessionsIn(groups)).toBe(row?.sessions);
    expect(groups.some((group) => group.applicationName === "pgleash")).toBe(false);
  });

  /** All client backends but the watch, the asker itself included, as the view counts them. */
  async function connectedClients(): Promise<{ sessions: number }[]> {
    const client = connectTo(server, { applicationName: "counter" });
    clients.push(client);
    await client.unsafe("SELECT 1");
    await looker.look(); // the counter's session must be there for both
    const rows = await client.unsafe<{ sessions: number }[]>(
      "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name NOT IN ('pgleash', 'counter')",
    );
    await client.end();
    return rows;
  }

  test("leaves the young out, and returns who is followed whatever its age", async () => {
    const pid = await openTransaction("followed");
    const ages = neverAges;
    expect((await looker.look({ ages })).candidates).toEqual([]);
    const { candidates } = await looker.look({ ages, followedPids: [pid] });
    expect(candidates.map(({ id }) => id.pid)).toEqual([pid]);
  });

  test("reads no more candidates than its limit, the followed first, and counts the rest", async () => {
    await openTransaction("oldest");
    const pid = await openTransaction("youngest");
    const all = await looker.look();
    const { candidates, coverage } = await looker.look({
      followedPids: [pid],
      limits: { candidates: 1, groups: 100 },
    });
    expect(candidates.map(({ id }) => id.pid)).toEqual([pid]);
    expect(coverage.candidatesCut).toBe(all.candidates.length - 1);
  });

  test("folds the groups past its limit without losing a session", async () => {
    const all = await looker.look();
    const { groups, coverage } = await looker.look({ limits: { candidates: 100, groups: 1 } });
    expect(coverage.groupsFolded).toBe(all.groups.length - 1);
    expect(sessionsIn(groups)).toBe(sessionsIn(all.groups));
    expect(
      groups
        .filter(({ folded }) => folded)
        .every(({ applicationName, datname }) => applicationName === null && datname === null),
    ).toBe(true);
  });

  test("is one statement, prepared once like that of the names and that of the evidence, that leaves no transaction open", async () => {
    const client = connectTo(server);
    clients.push(client);
    for (let times = 0; times < 2; times += 1) {
      await looker.look();
      await looker.gather();
    }
    const [own] = await client.unsafe(
      "SELECT state, xact_start FROM pg_stat_activity WHERE application_name = 'pgleash'",
    );
    expect(own).toMatchObject({ state: "idle", xact_start: null });
    const prepared = await looker.session.query(
      "SELECT count(*)::int AS statements FROM pg_catalog.pg_prepared_statements",
      [],
      { deadline: startDeadline(5), prepare: false },
    );
    expect(prepared.rows[0]).toEqual({ statements: 3 });
  });
});

function sessionsIn(groups: Snapshot["groups"]): number {
  return groups.reduce((sum, group) => sum + group.sessions, 0);
}
