import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { nothingKnown, type Known } from "../../src/observe/known.ts";
import { observe, type LookRequest, type Observed } from "../../src/observe/observe.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Session } from "../../src/postgres/session.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { openLooker, transactionAges, type Looker } from "./looker.ts";

const MOST_LOOKS = 10;

describe.each(postgresMajors())("what was read of PostgreSQL %s already", (major) => {
  let server: EmbeddedPostgres;
  let looker: Looker;
  let admin: Sql;
  const clients: Sql[] = [];
  /** What the server was asked, and what it answered, since the last `clear`. */
  const asked: { readonly text: string; readonly answer: string }[] = [];

  beforeAll(async () => {
    server = await startServer(major, { max_connections: "100" });
    looker = await openLooker(server);
    admin = connectTo(server, { applicationName: "admin" });
  });

  afterAll(async () => {
    await Promise.all([...clients, admin].map((client) => client.end({ timeout: 0 })));
    await looker.close();
    await server.remove();
  });

  async function look(known: Known = nothingKnown): Promise<Observed> {
    const listening: Session = {
      ...looker.session,
      async query(text, parameters, options) {
        const reply = await looker.session.query(text, parameters, options);
        asked.push({ text, answer: JSON.stringify(reply.rows) });
        return reply;
      },
    };
    const request: LookRequest = {
      version: looker.version,
      followedPids: [],
      sampledApplications: [],
      ages: transactionAges,
      groupsByClient: false,
      limits: { candidates: 100, groups: 100 },
      deadline: startDeadline(5),
      prepare: true,
    };
    asked.length = 0;
    return await observe(listening, request, known);
  }

  async function enter(...statements: readonly string[]): Promise<Sql> {
    const client = connectTo(server, { user: "app", applicationName: "web" });
    clients.push(client);
    for (const statement of statements) await client.unsafe(statement);
    return client;
  }

  test("is not read again: a statement that goes on, and names", async () => {
    await admin.unsafe("CREATE ROLE app LOGIN SUPERUSER");
    const client = await enter("BEGIN", "SELECT 'first'");
    const first = await look();
    expect(asked).toHaveLength(2);
    expect(headOf(first)).toBe("SELECT 'first'");
    const second = await look(first.known);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.answer).not.toContain(Buffer.from("SELECT 'first'").toString("base64"));
    expect(second.snapshot.candidates.map(({ statement }) => statement)).toEqual(
      first.snapshot.candidates.map(({ statement }) => statement),
    );
    expect(second.snapshot.groups).toContainEqual(
      expect.objectContaining({ usename: "app", datname: "postgres" }),
    );
    await client.unsafe("SELECT 'second'");
    const third = await look(second.known);
    expect(headOf(third)).toBe("SELECT 'second'");
    await client.end({ timeout: 0 });
  });

  test("every new statement comes with its row, however many there are", async () => {
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, index) => enter("BEGIN", `SELECT '${index}'`)),
    );
    const before = await look();
    await Promise.all(many.map((client, index) => client.unsafe(`SELECT 'again ${index}'`)));
    const { snapshot } = await look(before.known);
    const heads = snapshot.candidates.flatMap(({ statement }) => statement?.head ?? []);
    expect(heads.filter((head) => head.startsWith("SELECT 'again "))).toHaveLength(60);
    await Promise.all(many.map((client) => client.end({ timeout: 0 })));
  });

  test("a statement of another backend with that pid and that start is not taken for the one that was read", async () => {
    const client = await enter("BEGIN", "SELECT 'mine'");
    const { known } = await look();
    const texts = new Map(
      [...known.texts].map(([pid, text]) => [
        pid,
        { ...text, backendStart: "1970-01-01 00:00:00.000000+00" },
      ]),
    );
    const { snapshot } = await look({ ...known, texts });
    expect(snapshot.candidates.find(({ usename }) => usename === "app")?.statement).toBeNull();
    await client.end({ timeout: 0 });
  });

  test("a rename shows after ten looks, a role that is new at once", async () => {
    const client = await enter("BEGIN");
    let observed = await look();
    await admin.unsafe("ALTER ROLE app RENAME TO renamed");
    const seen: (string | null | undefined)[] = [];
    for (let count = 0; count < MOST_LOOKS; count += 1) {
      observed = await look(observed.known);
      seen.push(
        observed.snapshot.candidates.find(({ applicationName }) => applicationName === "web")?.usename,
      );
    }
    expect(seen).toEqual([...Array.from({ length: MOST_LOOKS - 1 }, () => "app"), "renamed"]);
    await admin.unsafe("ALTER ROLE renamed RENAME TO app; CREATE ROLE newcomer LOGIN");
    const newcomer = connectTo(server, { user: "newcomer" });
    clients.push(newcomer);
    await newcomer.unsafe("SELECT 1");
    const { snapshot } = await look(observed.known);
    expect(snapshot.groups.map(({ usename }) => usename)).toContain("newcomer");
    await client.end({ timeout: 0 });
  });

  test("names are read anew after five minutes, and when the clock was put back as far", async () => {
    const { known } = await look();
    const { readAtSeconds } = known.names;
    const readWhen = async (names: Partial<typeof known.names>): Promise<number> => {
      await look({ ...known, names: { ...known.names, ...names } });
      return asked.length - 1;
    };
    expect(await readWhen({ readAtSeconds: readAtSeconds - 200 })).toBe(0);
    expect(await readWhen({ readAtSeconds: readAtSeconds - 300 })).toBe(1);
    expect(await readWhen({ readAtSeconds: readAtSeconds + 400 })).toBe(1);
  });

  test("nothing of it holds for another server at the same address", async () => {
    const client = await enter("BEGIN", "SELECT 'here'");
    const { known } = await look();
    const elsewhere = { ...known, postmasterStart: 1, names: { ...known.names, roles: new Map() } };
    const observed = await look(elsewhere);
    expect(headOf(observed)).toBe("SELECT 'here'");
    expect(observed.known.postmasterStart).toBe(known.postmasterStart);
    await client.end({ timeout: 0 });
  });
});

function headOf({ snapshot }: Observed): string | undefined {
  return snapshot.candidates.find(({ applicationName }) => applicationName === "web")?.statement?.head;
}
