import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { watchStalls } from "../support/stalls.ts";
import { pageOf, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 });

const lookTimeoutSeconds = 1;
const slackSeconds = 0.3;
const maxConnections = 6;

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let place: { readonly host: string; readonly port: number };
  let watched: Watched;
  const clients: postgres.Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major, {
      max_connections: String(maxConnections),
      superuser_reserved_connections: "1",
    });
    place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    watched = watchServer(place, { lookTimeoutSeconds });
    await waitFor("the first look", () => watched.view().report !== null);
  });
  afterAll(async () => {
    await watched.close();
    await disconnect();
    await server.remove();
  });

  test("a frozen server fails the look at its deadline, and a new connection goes on", async () => {
    const admin = connect("admin");
    const pid = await ownPid(admin);
    const before = watched.view().looks;
    const stalls = await watchStalls();
    onTestFinished(() => stalls.stop());
    process.kill(pid, "SIGSTOP");
    try {
      const failed = await waitFor("the failure", () =>
        watched.looks.find(({ view }) => view.failure !== null),
      );
      expect(failed.view).toMatchObject({ failure: { reason: "timeout" }, report: null });
      expect(failed.view.lastDurationSeconds).toBeGreaterThanOrEqual(lookTimeoutSeconds - 0.01);
      expect(failed.view.lastDurationSeconds).toBeLessThan(
        lookTimeoutSeconds + slackSeconds + (await stalls.longestSeconds()),
      );
      expect(failed.view.looks.failures.timeout).toBe(before.failures.timeout + 1);

      await waitFor("a look over another connection", () => watched.view().report !== null);
      expect(watched.view().looks.connections).toBe(before.connections + 1);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await waitFor("the frozen session to end", async () => (await pids(admin)).length === 1);
    expect(await pids(admin)).not.toContain(pid);
    await disconnect();
  });

  test("a restart fails the looks, ends the open episode as lost from sight, and heals by itself", async () => {
    const leak = connect("leak");
    await leak.unsafe("BEGIN");
    await waitFor("the leak", () => watched.suspectsOf("leak").length > 0);
    const { failures } = watched.view().looks;

    await server.stop("fast");
    await waitFor("two failures", () => watched.view().looks.failures.connect >= failures.connect + 2);
    expect(watched.view()).toMatchObject({ report: null, failure: { reason: "connect" } });
    const down = await pageOf(watched.view());
    expect(samplesOf(down, "pgleash_up")).toMatchObject([{ value: 0 }]);
    expect(samplesOf(down, "pgleash_sessions")).toEqual([]);
    expect(
      samplesOf(down, "pgleash_episodes_suspected_total", { kind: "idle_in_transaction" }),
    ).toMatchObject([{ value: watched.view().tally.idle_in_transaction.suspected }]);

    await server.start();
    await waitFor("a look", () => watched.view().report !== null);
    expect(watched.endsOf("leak")).toEqual(["lost_sight"]);
    expect(watched.view().failure).toBeNull();
    await disconnect();
  });

  test("a full server refuses a new watch as exhausted, and an old one goes on", async () => {
    await waitFor("a look", () => watched.view().report !== null);
    const connections = watched.view().looks.connections;
    for (let taken = 1; taken < maxConnections; taken += 1) await connect("hog").unsafe("SELECT 1");
    const late = watchServer(place);
    try {
      await waitFor("the refusal", () => late.view().looks.failures.exhausted > 0);
      expect(late.view()).toMatchObject({ report: null, failure: { reason: "exhausted" } });

      const { begun } = watched.view().looks;
      await waitFor("more looks of the old one", () => watched.view().looks.begun > begun + 2);
      expect(watched.view()).toMatchObject({ failure: null, looks: { connections } });
      const page = await pageOf(watched.view());
      expect(samplesOf(page, "pgleash_slots_used")).toMatchObject([{ value: maxConnections }]);
      expect(samplesOf(page, "pgleash_slots", { setting: "max_connections" })).toMatchObject([
        { value: maxConnections },
      ]);

      await disconnect();
      await waitFor("the late one to get in", () => late.view().report !== null);
    } finally {
      await late.close();
    }
  });

  function connect(applicationName: string): postgres.Sql {
    const sql = connectTo(server, { applicationName });
    clients.push(sql);
    return sql;
  }

  async function disconnect(): Promise<void> {
    await Promise.all(clients.splice(0).map((sql) => sql.end({ timeout: 0 })));
  }
});

async function pids(sql: postgres.Sql): Promise<readonly number[]> {
  const rows = await sql.unsafe("SELECT pid FROM pg_stat_activity WHERE application_name = 'pgleash'");
  return rows.map((row) => Number(row["pid"]));
}

async function ownPid(sql: postgres.Sql): Promise<number> {
  const [pid] = await waitFor("our session", async () => {
    const all = await pids(sql);
    return all.length === 1 && all;
  });
  return pid ?? 0;
}
