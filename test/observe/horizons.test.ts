import type { Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { openLooker, type Looker } from "./looker.ts";

const read = "SELECT * FROM stock";
const write = "INSERT INTO stock VALUES (1)";

type Held = "nothing" | "xid" | "xmin";

const cases: readonly { readonly statements: readonly string[]; readonly held: Held }[] = [
  { statements: ["BEGIN"], held: "nothing" },
  { statements: ["BEGIN", read], held: "nothing" },
  { statements: ["BEGIN ISOLATION LEVEL REPEATABLE READ", read], held: "xmin" },
  { statements: ["BEGIN", `DECLARE c CURSOR FOR ${read}`, "FETCH 1 FROM c"], held: "xmin" },
  { statements: ["BEGIN", write], held: "xid" },
  { statements: ["BEGIN", write, "SELECT 1/0"], held: "nothing" },
  { statements: ["BEGIN", write, "SAVEPOINT a", "SELECT 1/0"], held: "xid" },
];

describe.each(postgresMajors())("the horizons of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  let looker: Looker;
  let client: Sql;

  beforeAll(async () => {
    // An autovacuum worker would be nobody's client, but its snapshot moves.
    server = await startServer(major, { autovacuum: "off" });
    admin = connectTo(server, { applicationName: "admin" });
    await admin.unsafe("CREATE TABLE stock (item int); INSERT INTO stock VALUES (0), (1)");
    await admin.unsafe("CREATE ROLE stranger LOGIN");
    looker = await openLooker(server);
  });
  afterEach(async () => {
    await client.end({ timeout: 0 });
    await waitFor("it to be gone", async () => (await heldBy("holder")) === undefined);
  });
  afterAll(async () => {
    await looker.close();
    await admin.end();
    await server.remove();
  });

  async function hold(statements: readonly string[]): Promise<void> {
    client = connectTo(server, { applicationName: "holder" });
    for (const statement of statements) await client.unsafe(statement).catch(() => undefined);
  }

  async function heldBy(applicationName: string): Promise<Backend | undefined> {
    const { candidates } = await looker.look();
    return candidates.find((candidate) => candidate.applicationName === applicationName);
  }

  async function spend(transactions: number): Promise<void> {
    for (let n = 0; n < transactions; n += 1) await admin.unsafe(write);
  }

  test.for(cases)("$statements holds $held", async ({ statements, held }) => {
    await hold(statements);
    expect(typeof (await heldBy("holder"))?.xidAge).toBe(held === "xid" ? "number" : "object");
    expect(typeof (await heldBy("holder"))?.xminAge).toBe(held === "xmin" ? "number" : "object");
    const { sessions, standbys } = (await looker.look()).horizons;
    expect([sessions === null, standbys]).toEqual([held === "nothing", null]);
  });

  test.for([
    {
      what: "a snapshot",
      statements: cases[2]?.statements ?? [],
      age: (at: Backend | undefined) => at?.xminAge,
    },
    { what: "a write", statements: cases[4]?.statements ?? [], age: (at: Backend | undefined) => at?.xidAge },
  ])("$what grows older with every transaction", async ({ statements, age }) => {
    await hold(statements);
    const before = age(await heldBy("holder")) ?? NaN;
    await spend(5);
    expect(age(await heldBy("holder"))).toBe(before + 5);
    expect((await looker.look()).horizons.sessions).toBe(before + 5);
    expect((await looker.look({ limits: { candidates: 0, groups: 0 } })).horizons.sessions).toBe(before + 5);
  });

  test("the id to come is in 64 bits, and moves as the ages do, whoever is under way", async () => {
    const [{ next } = { next: 0 }] = await admin.unsafe<{ next: number }[]>(
      "SELECT pg_current_xact_id()::text::float8 + 1 AS next",
    );
    expect((await looker.look()).nextXid).toBe(next);
    await hold(["BEGIN", write]);
    const before = await looker.look();
    expect(before.nextXid).toBe(next + 1);
    const age = (await heldBy("holder"))?.xidAge ?? NaN;
    await spend(5);
    expect((await heldBy("holder"))?.xidAge).toBe(age + 5);
    expect((await looker.look()).nextXid).toBe(before.nextXid + 5);
  });

  test("the oldest of several is that of the server", async () => {
    await hold(["BEGIN", write]);
    await spend(3);
    const younger = connectTo(server, { applicationName: "younger" });
    await younger.unsafe("BEGIN");
    await younger.unsafe(write);
    expect((await looker.look()).horizons.sessions).toBe((await heldBy("holder"))?.xidAge);
    expect((await heldBy("younger"))?.xidAge).toBe(1);
    await younger.end({ timeout: 0 });
  });

  test("is told to a role from which the sessions are hidden", async () => {
    await hold(["BEGIN", write]);
    const stranger = await openLooker(server, { user: "stranger" });
    const { horizons, coverage, candidates } = await stranger.look();
    await stranger.close();
    expect({ horizons, candidates }).toEqual({ horizons: { sessions: 1, standbys: null }, candidates: [] });
    expect(coverage.hiddenSessions).toBeGreaterThan(0);
  });
});
