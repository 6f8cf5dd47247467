import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { aRecording, looksAt } from "../support/a-recording.ts";
import { runWords, type Ran } from "../support/a-runtime.ts";
import { aFolder } from "../support/an-audit.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

const statements = [
  "CREATE DATABASE shop",
  "CREATE ROLE app LOGIN",
  "CREATE ROLE etl LOGIN",
  "ALTER ROLE app IN DATABASE shop SET idle_in_transaction_session_timeout = '90s'",
  "ALTER ROLE etl SET idle_in_transaction_session_timeout = 0",
];

let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startServer(postgresMajors().at(-1) ?? "18", {
    idle_in_transaction_session_timeout: "5min",
  });
  const superuser = connectTo(server);
  for (const statement of statements) await superuser.unsafe(statement);
  await superuser.end();
}, 60_000);
afterAll(() => server.remove());

function advise(...words: readonly string[]): Promise<Ran> {
  const { socketFolder, port } = server;
  return runWords(["advise", ...words], {
    variables: { PGHOST: socketFolder, PGPORT: String(port), PGUSER: "postgres", PGDATABASE: "postgres" },
  });
}

test("a server is asked for its timeouts, and who opted out", async () => {
  const { code, stdout, stderr } = await advise("--username=postgres", `--host=${server.socketFolder}`);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^Timeouts with which sessions of \S+ begin, unless the client asks for others/);
  expect(stdout).toMatch(/^app +shop +off +off +90s \(role in database\) +/m);
  expect(stdout).toMatch(/^etl +\(any other\) +off +off +off \(role\) +/m);
  expect(stdout).toMatch(/^\(any other\) +\(any other\) +off +off +5min +/m);
  expect(stdout).toContain("\nrole etl has turned idle_in_transaction_session_timeout off\n");
});

test("with a recording, for the roles and databases that were seen", async () => {
  const file = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]));
  const { code, stdout } = await advise(file, "--connect", "--json");
  expect(code).toBe(0);
  const { servers, timeouts } = JSON.parse(stdout);
  expect(servers).toMatchObject([{ server: "main" }]);
  const [seen] = timeouts[0].places;
  expect(seen).toMatchObject({ usename: "app", datname: "shop" });
  expect(seen.timeouts).toEqual(
    expect.arrayContaining([
      {
        name: "idle_in_transaction_session_timeout",
        value: 90_000,
        unit: "ms",
        from: "role_in_database",
      },
    ]),
  );
});

test("what our own connection asks for is not taken for the server's", async () => {
  const config = join(await aFolder(), "pgleash.yml");
  const { socketFolder, port } = server;
  const options = "-c idle_in_transaction_session_timeout=7s -c lock_timeout=8s";
  const url = `host='${socketFolder}' port=${port} user=postgres dbname=postgres options='${options}'`;
  await writeFile(config, `servers: [{ name: orders, url: "${url}" }]\n`);
  const { code, stdout } = await advise(`--config.file=${config}`, "--connect");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\(any other\) +\(any other\) +off +off +5min +/m);
});

test("a server that does not answer is told, and the rest is there all the same", async () => {
  const file = await aRecording(...looksAt([]));
  const { code, stdout, stderr } = await advise(file, "--host=/nowhere", "--username=app");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^pgleash: .+: .*nowhere/);
  expect(stdout).toMatch(/^main: 6 looks/);
});
