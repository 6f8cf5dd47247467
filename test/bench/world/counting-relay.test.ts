import { afterAll, beforeAll, expect, test } from "vitest";

import { createLifetime } from "../../../bench/lifetime.ts";
import { startCountingRelay } from "../../../bench/world/counting-relay.ts";
import { openWire, type WireAddress } from "../../../bench/world/wire-client.ts";
import type { EmbeddedPostgres } from "../../../src/demo/prepare-postgres.ts";
import { postgresMajors, startServer } from "../../support/real-postgres.ts";

const who = { user: "postgres", database: "postgres", applicationName: "bench test" };
const lifetime = createLifetime();
let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startServer(postgresMajors().at(-1) ?? "18");
});
afterAll(async () => {
  await lifetime.end();
  await server.remove();
});

const addressAt = ({ socketFolder }: { readonly socketFolder: string }): WireAddress => ({
  socketFolder,
  port: server.port,
  ...who,
});

test("a client of our own runs statements, prepared ones too, and knows its backend", async () => {
  const client = await openWire(addressAt(server));
  expect(await client.query("SELECT n::text FROM generate_series(1, 3) AS n")).toEqual(["1", "2", "3"]);
  expect(await client.query("SELECT pg_backend_pid()")).toEqual([String(client.pid)]);
  expect(await client.query("SELECT current_setting('application_name'), 2")).toEqual(["bench test"]);
  await client.prepare("one", "SELECT NULL");
  expect(await client.execute("one")).toEqual([null]);
  expect(await client.execute("one")).toEqual([null]);
  await expect(client.query("SELECT 1 / 0")).rejects.toThrow("division by zero");
  expect(await client.query("SELECT 'still there'")).toEqual(["still there"]);
  await client.close();
  await expect(client.query("SELECT 1")).rejects.toThrow("the connection is closed");
});

test("who may not log in is told why", async () => {
  await expect(openWire({ ...addressAt(server), user: "nobody_at_all" })).rejects.toThrow(
    'role "nobody_at_all" does not exist',
  );
});

test("an answer that does not come in time is given up, with the connection", async () => {
  const client = await openWire(addressAt(server));
  await expect(client.query("SELECT pg_sleep(60)", 0.2)).rejects.toThrow("no answer within 0.2 s");
  await expect(client.query("SELECT 1")).rejects.toThrow("the connection is closed");
});

test("a relay counts what was asked and answered, and changes nothing", async () => {
  const relay = await startCountingRelay(lifetime, server);
  const client = await openWire(addressAt(relay));
  const long = "x".repeat(100_000);
  expect(await client.query(`SELECT '${long}' FROM generate_series(1, 5)`)).toEqual(Array(5).fill(long));
  await client.prepare("one", "SELECT 1");
  await client.execute("one");
  await client.execute("one");
  expect(relay.counts()).toEqual({ connections: 1, parses: 1, executions: 2, simpleQueries: 1, rows: 7 });
  await client.close();
  const second = await openWire(addressAt(relay));
  expect(relay.counts().connections).toBe(2);
  await second.close();
});
