import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { runProgram } from "../support/a-program.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("pgleash suspects, on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let folder: string;
  let admin: postgres.Sql;
  let leak: postgres.Sql;

  beforeAll(async () => {
    server = await startServer(major);
    folder = await mkdtemp(join(tmpdir(), "pgleash-cli-"));
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE blind LOGIN");
    await admin.unsafe("CREATE ROLE shop LOGIN");
    leak = connectTo(server, { user: "shop", applicationName: "checkout" });
  });
  afterAll(async () => {
    await leak.end({ timeout: 0 });
    await admin.end();
    await rm(folder, { recursive: true });
    await server.remove();
  });

  test("exits with 0 and says so while all is well", async () => {
    const { code, stdout, stderr } = await runProgram(["suspects", urlOf("pgleash")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^0 of \d+ sessions? suspected\n$/);
  });

  test("exits with 3 and prints who it is, as a table and as JSON", async () => {
    await leak.unsafe("BEGIN");
    await leak.unsafe("SELECT 7 /*route='/cart'*/");
    await waitFor("the leak to be old enough", async () => {
      const rows = await admin.unsafe(
        "SELECT FROM pg_stat_activity WHERE application_name = 'checkout' AND state_change < now() - interval '1.2 s'",
      );
      return rows.length === 1;
    });
    const file = await configFile(urlOf("pgleash"));
    const table = await runProgram(["suspects", `--config.file=${file}`]);
    expect({ code: table.code, stderr: table.stderr }).toEqual({ code: 3, stderr: "" });
    const [titles, row, summary] = table.stdout.split("\n");
    expect(titles).toMatch(
      /^VERDICT +KIND +HARM +FOR +SUBJECT +APPLICATION +ROLE +ORIGIN +DATABASE +CLIENT +SURE +SEEN +SERVER$/,
    );
    expect(row).toMatch(
      /^suspect +idle_in_transaction +ddl +\S+ +pid \d+ +checkout +shop +\/cart +postgres +local +high +1x +main$/,
    );
    expect(summary).toMatch(/^1 of \d+ sessions? suspected$/);

    const json = await runProgram(["suspects", "--json", `--config.file=${file}`]);
    expect(json.code).toBe(3);
    const suspect = {
      kind: "idle_in_transaction",
      application_name: "checkout",
      usename: "shop",
      server: "main",
      subject: "backend",
      harm: "ddl",
      comment: { route: "/cart" },
      query: "SELECT ?",
    };
    expect(JSON.parse(json.stdout)).toMatchObject({
      servers: [{ server: "main", up: true, hidden_sessions: 0 }],
      suspects: [suspect],
    });
  });

  test("exits with 1 when sessions are hidden from it, and says what to grant", async () => {
    const { code, stdout, stderr } = await runProgram(["suspects", urlOf("blind")]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^0 of \d+ sessions? suspected; \d+ hidden from us\n$/);
    expect(stderr).toMatch(
      /^pgleash: local:5432: (?:1 session is|\d+ sessions are) hidden from blind: grant it pg_monitor\n$/,
    );
  });

  test("exits with 1 when a server cannot be reached, without a trace of the password", async () => {
    const url = "postgres://u:hunter2@127.0.0.1:1/postgres";
    const { code, stdout, stderr } = await runProgram(["suspects", url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "1 of 1 server could not be looked at\n" });
    expect(stderr).toMatch(/^pgleash: 127\.0\.0\.1:1: connect: .*ECONNREFUSED/);
    expect(stderr).not.toContain("hunter2");
  });

  test("looks at the server of the PG variables when no other is named", async () => {
    const variables = {
      PGHOST: server.socketFolder,
      PGPORT: String(server.port),
      PGUSER: "pgleash",
      PGDATABASE: "postgres",
    };
    const { code, stdout } = await runProgram(["suspects", "--json"], variables);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ servers: [{ up: true }], suspects: [] });
  });

  test("exits with 2 when it is called wrongly", async () => {
    const { code, stdout, stderr } = await runProgram(["suspects", "--jsn"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--json");
  });

  function urlOf(user: string): string {
    return `postgres://${user}@/postgres?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
  }

  async function configFile(url: string): Promise<string> {
    const file = join(folder, "pgleash.yml");
    const detectors = "{ idle_in_transaction: { suspect_after: 1s, leaked_after: 1h } }";
    await writeFile(file, `detectors: ${detectors}\nservers:\n  - { name: main, url: "${url}" }\n`);
    return file;
  }
});
