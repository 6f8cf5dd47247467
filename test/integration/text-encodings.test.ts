import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { keysOfStatement } from "../../src/classify/attribution/statement.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { openLooker, type Looker } from "../observe/looker.ts";
import { connectRaw, type RawClient } from "../observe/raw-client.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const settings = {
  track_activity_query_size: "32kB",
  max_prepared_transactions: "10",
  max_connections: "80",
};

/** How often a statement says it: it is short; it has a head and a tail; its end is cut off by the server. */
const lengths = [1, 3001, 20_001];

/** The same few characters, as bytes in hexadecimal text. */
const texts = {
  latin1: { UTF8: "c3a9c3bc", LATIN1: "e9fc", WIN1252: "e9fc" },
  japanese: { UTF8: "e697a5e69cac", EUC_JP: "c6fccbdc", SJIS: "93fa967b" },
};

type Case = { readonly database: string; readonly clientEncoding: string; readonly literal: string };

const cases: readonly Case[] = [
  ...inEach("latin1", ["UTF8", "LATIN1"], texts.latin1),
  ...inEach("euc_jp", ["UTF8", "EUC_JP", "SJIS"], texts.japanese),
  ...inEach("utf8", ["UTF8", "LATIN1", "WIN1252"], texts.latin1),
  ...inEach("utf8", ["EUC_JP", "SJIS"], texts.japanese),
  // A database without an encoding takes whatever comes.
  ...inEach("sql_ascii", ["UTF8", "LATIN1"], texts.latin1),
  ...inEach("sql_ascii", ["EUC_JP", "SJIS"], texts.japanese),
];

function inEach(
  database: string,
  encodings: readonly string[],
  literals: Readonly<Record<string, string>>,
): readonly Case[] {
  return encodings.map((clientEncoding) => ({
    database,
    clientEncoding,
    literal: literals[clientEncoding] ?? "",
  }));
}

describe.each(postgresMajors())("the statements of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  const lookers = new Map<string, Looker>();
  const clients: RawClient[] = [];

  beforeAll(async () => {
    server = await startServer(major, settings);
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server, { applicationName: "admin" });
    for (const name of ["latin1", "euc_jp", "sql_ascii", "utf8"])
      await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${name}'`);
    for (const database of ["utf8", "euc_jp", "latin1", "sql_ascii"])
      lookers.set(database, await openLooker(server, { user: "pgleash", database }));
    await Promise.all(cases.map((one) => leak(one)));
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await Promise.all([...lookers.values()].map((looker) => looker.close()));
    await admin.end();
    await server.remove();
  });

  /** A session for each length of statement. */
  async function leak({ database, clientEncoding, literal }: Case): Promise<void> {
    for (const times of lengths) {
      const name = applicationOf({ database, clientEncoding }, times);
      const client = await connectRaw(server, {
        database,
        client_encoding: database === "sql_ascii" ? "SQL_ASCII" : clientEncoding,
        application_name: name,
      });
      clients.push(client);
      await client.query(Buffer.from("BEGIN"));
      const literals = Buffer.from(literal.repeat(times), "hex");
      const comment = Buffer.from("' AS word /*route='/checkout'*/");
      await client.query(Buffer.concat([Buffer.from("SELECT '"), literals, comment]));
    }
  }

  describe.each(["utf8", "euc_jp", "latin1", "sql_ascii"])("seen from the database %s", (from) => {
    test.for(cases)("keep their comment: $database, sent in $clientEncoding", async (one) => {
      const snapshot = await lookers.get(from)?.look();
      for (const times of lengths) {
        const backend = snapshot?.candidates.find(
          ({ applicationName }) => applicationName === applicationOf(one, times),
        );
        if (backend?.statement == null) throw new Error("expected a statement");
        expect(backend.statement.head).toMatch(/^SELECT '[^ -~]+/);
        expect(backend.statement.tail === null).toBe(times === 1);
        expect(keysOfStatement(backend.statement, []).get("route")).toBe(
          times === lengths.at(-1) ? undefined : "/checkout",
        );
      }
    });
  });

  test("are unknown, and the look succeeds, where a pooler leaves us with another encoding", async () => {
    const pooled = await openLooker(server, { database: "euc_jp" });
    const options = { deadline: startDeadline(5), prepare: false };
    await pooled.session.query("SELECT set_config('client_encoding', 'UTF8', false)", [], options);
    const { candidates } = await pooled.look();
    await pooled.close();
    expect(candidates).toHaveLength(cases.length * lengths.length);
    expect(new Set(candidates.map(({ statement }) => statement))).toEqual(new Set([null]));
  });

  test.for(["utf8", "euc_jp"])(
    "named in another encoding, a prepared transaction fails no look from %s",
    async (from) => {
      for (const [database, name] of [
        ["latin1", "e9"],
        ["euc_jp", "c6fc"],
      ] as const) {
        const client = await connectRaw(server, { database, client_encoding: database });
        await client.query(Buffer.from("BEGIN"));
        const gid = Buffer.from(name, "hex");
        await client.query(
          Buffer.concat([Buffer.from(`PREPARE TRANSACTION '${from} `), gid, Buffer.from("'")]),
        );
        client.close();
      }
      const { evidence } = (await lookers.get(from)?.gather()) ?? {};
      expect(evidence?.preparedTransactions.map(({ gid }) => gid.replace(/\uFFFD+$/, "?"))).toEqual(
        expect.arrayContaining([`${from} ?`]),
      );
    },
  );
});

function applicationOf({ database, clientEncoding }: Omit<Case, "literal">, times: number): string {
  return `${database} ${clientEncoding} ${times}`;
}
