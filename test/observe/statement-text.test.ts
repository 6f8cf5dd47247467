import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keysOfStatement } from "../../src/classify/attribution/statement.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { StatementText } from "../../src/observe/snapshot.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { openLooker, type Looker } from "./looker.ts";

const comment = " /*route='/checkout'*/";

describe.each(postgresMajors())("the statement of a session of PostgreSQL %s", (major) => {
  describe("that the server keeps whole", () => {
    const { ask, readBack } = useServer(major, { track_activity_query_size: "1MB" });

    test.for([
      { bytes: 40, tail: 0 },
      { bytes: 4096, tail: 0 },
      { bytes: 4097, tail: 1024 },
      { bytes: 5000, tail: 1024 },
      { bytes: 100_000, tail: 1024 },
      { bytes: 1_000_000, tail: 1024 },
    ])("of $bytes bytes is read by its head and a tail of $tail", async ({ bytes, tail }) => {
      const statement = `SELECT '${"x".repeat(bytes - 9 - comment.length)}'${comment}`;
      expect(await readBack(statement)).toEqual({
        head: statement.slice(0, 4096),
        tail: tail === 0 ? null : statement.slice(-tail),
        isCut: false,
      });
    });

    test.for([0, 1, 2])("may be cut within a character, %d bytes further on", async (shift) => {
      const statement = `SELECT '${"x".repeat(shift)}${"日".repeat(2000)}'${comment}`;
      const { head, tail } = (await readBack(statement)) ?? { head: "", tail: "" };
      expect(statement.startsWith(head.replace(/\uFFFD+$/, ""))).toBe(true);
      expect(statement.endsWith(tail?.replace(/^\uFFFD+/, "") ?? "?")).toBe(true);
      expect(head.length + (tail?.length ?? 0)).toBeGreaterThan(1600);
    });

    test("comes as it is, whatever is in it", async () => {
      const statement = `SELECT E'\\\\ \\' "%s" $1 \u0001\t\r\n \u001b[31m 🦀' -- "}],`;
      expect(await readBack(statement)).toEqual({ head: statement, tail: null, isCut: false });
    });

    test("is unknown where the server tracks none", async () => {
      const pid = await ask("SET track_activities = off");
      expect(await readBack("SELECT 1", [pid])).toBeNull();
      await ask("SET track_activities = on");
    });
  });

  describe("that the server cuts at its default", () => {
    const { readBack } = useServer(major, {});

    test("is what is left of it", async () => {
      const statement = `SELECT '${"x".repeat(5000)}'${comment}`;
      const head = statement.slice(0, 1023);
      expect(await readBack(statement)).toEqual({ head, tail: null, isCut: true });
    });

    test.for([0, 1, 2, 3])(
      "ends with a whole character, and is known to be cut, shifted by %d",
      async (shift) => {
        for (const character of ["é", "日", "🦀"]) {
          const statement = `SELECT '${"x".repeat(shift)}${character.repeat(1000)}'${comment}`;
          const { head = "", tail, isCut } = (await readBack(statement)) ?? {};
          expect(statement.startsWith(head)).toBe(true);
          expect(Buffer.byteLength(head)).toBeGreaterThan(1023 - Buffer.byteLength(character));
          expect({ tail, isCut }).toEqual({ tail: null, isCut: true });
        }
      },
    );

    test.for([
      { bytes: 1019, isCut: false },
      { bytes: 1020, isCut: true },
      { bytes: 1023, isCut: true },
    ])(
      "is taken for whole only where no character can be missing: of $bytes bytes",
      async ({ bytes, isCut }) => {
        const statement = `SELECT '${"x".repeat(bytes - 9 - comment.length)}'${comment}`;
        expect(await readBack(statement)).toEqual({ head: statement, tail: null, isCut });
      },
    );
  });

  describe("that the server cuts at a size of its own", () => {
    const { readBack } = useServer(major, { track_activity_query_size: "6001" });

    test("ends with a comment that nobody believes, because it stands in a literal", async () => {
      const literal = "/*route:/fooled*/";
      const padding = "x".repeat(6000 - "SELECT '".length - literal.length);
      const text = await readBack(`SELECT '${padding}${literal} and more'${comment}`);
      expect(text).toMatchObject({ tail: expect.stringMatching(/\*\/$/), isCut: true });
      expect(text && keysOfStatement(text, []).size).toBe(0);
      const whole = await readBack(`SELECT '${padding.slice(100)}${literal}'${comment}`);
      expect(whole && [...keysOfStatement(whole, [])]).toEqual([["route", "/checkout"]]);
    });
  });
});

/** A server for the tests of one suite, with one client, in whose transaction everything runs. */
function useServer(
  major: string,
  settings: Readonly<Record<string, string>>,
): {
  /** Runs a statement; resolves to the pid of the session. */
  readonly ask: (statement: string) => Promise<number>;
  /** Runs a statement, and reads it as a look does. */
  readonly readBack: (statement: string, followedPids?: number[]) => Promise<StatementText | null>;
} {
  let server: EmbeddedPostgres;
  let client: Sql;
  let looker: Looker;

  beforeAll(async () => {
    server = await startServer(major, settings);
    client = connectTo(server, { applicationName: "client" });
    looker = await openLooker(server);
    await client.unsafe("BEGIN");
  });
  afterAll(async () => {
    await client.end({ timeout: 0 });
    await looker.close();
    await server.remove();
  });

  return {
    async ask(statement) {
      const [row] = await client.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
      await client.unsafe(statement);
      return row?.pid ?? 0;
    },
    async readBack(statement, followedPids = []) {
      await client.unsafe(statement);
      const { candidates } = await looker.look({ followedPids });
      const backend = candidates.find(({ applicationName }) => applicationName === "client");
      if (backend === undefined) throw new Error("expected a candidate");
      return backend.statement;
    },
  };
}
