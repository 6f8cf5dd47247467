import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { runWords } from "../support/a-runtime.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("what pgleash doctor advises, on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe('CREATE ROLE "the full" LOGIN CONNECTION LIMIT 0');
    await admin.unsafe('CREATE ROLE "the stranger" LOGIN IN ROLE pg_monitor');
    await admin.unsafe('CREATE DATABASE "closed shop"');
    await admin.unsafe('REVOKE CONNECT ON DATABASE "closed shop" FROM PUBLIC');
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  async function doctor(user: string, database: string): Promise<string> {
    const place = `host=${server.socketFolder} port=${server.port}`;
    return (await runWords(["doctor", `${place} user='${user}' dbname='${database}'`])).stdout;
  }

  test("where a role has too many connections, says who uses it and how to allow more", async () => {
    const stdout = await doctor("the full", "postgres");
    expect(stdout).toContain(`WHERE usename = 'the full' GROUP BY 1, 2, 3;\n`);
    expect(stdout).toContain('run: ALTER ROLE "the full" CONNECTION LIMIT n;\n');
  });

  test("where a role may not connect to a database, the grant that lets it in", async () => {
    const [, grant = ""] = /run: (?<grant>.*)\n/.exec(await doctor("the stranger", "closed shop")) ?? [];
    expect(grant).toBe('GRANT CONNECT ON DATABASE "closed shop" TO "the stranger";');
    await admin.unsafe(grant);
    expect(await doctor("the stranger", "closed shop")).toContain("  ok       connect ");
  });
});
