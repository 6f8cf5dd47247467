import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";

import { backendKinds } from "../../src/classify/kind.ts";
import { ruleActions } from "../../src/decide/policy.ts";
import { backendStates, type Backend } from "../../src/observe/snapshot.ts";
import { instant } from "../../src/observe/sql.ts";
import { connectRaw } from "../observe/raw-client.ts";
import { openLooker, type Looker } from "../observe/looker.ts";
import { aBackend } from "../support/a-backend.ts";
import { postgresMajors, type ClientOptions } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { openArena, type Arena } from "./arena.ts";

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 });

const settings = {
  wal_level: "logical",
  // Whoever commits with synchronous_commit = on waits for ever for a standby that does not exist.
  synchronous_standby_names: "none_such",
  synchronous_commit: "local",
  max_worker_processes: "16",
  max_parallel_workers_per_gather: "2",
  parallel_setup_cost: "0",
  parallel_tuple_cost: "0",
  min_parallel_table_scan_size: "0",
  autovacuum_naptime: "1s",
};

const schema = `
  CREATE ROLE admin LOGIN SUPERUSER;
  CREATE ROLE replica LOGIN REPLICATION;
  CREATE ROLE hidden LOGIN;
  CREATE ROLE locked LOGIN;
  ALTER ROLE hidden SET track_activities = off;
  GRANT ALL ON SCHEMA public TO app;
  CREATE TABLE numbers AS SELECT generate_series(1, 5000) AS n;
  CREATE TABLE sold (n int);
  CREATE TABLE stock (n int);
  INSERT INTO stock VALUES (1);
  CREATE TABLE litter (n int) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
  INSERT INTO litter SELECT generate_series(1, 50000);
  CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.01); RETURN n; END';
  ALTER TABLE numbers OWNER TO app;
  ALTER TABLE sold OWNER TO app;
  ALTER TABLE stock OWNER TO app;
  ANALYZE numbers;
  DELETE FROM litter`;

const instantOrNone = z.string().nullable();
const sessionRow = z.object({
  pid: z.number(),
  datname: z.string().nullable(),
  usename: z.string().nullable(),
  state: z.string().nullable(),
  application_name: z.string().nullable(),
  backend_start: z.string(),
  xact_start: instantOrNone,
  query_start: instantOrNone,
  state_change: instantOrNone,
});

describe.each(postgresMajors())("hard exclusions on PostgreSQL %s", (major) => {
  let arena: Arena;
  let superuser: Looker;
  beforeAll(async () => {
    arena = await openArena(major, settings);
    await arena.admin.unsafe(schema);
    await askForPassword(arena, "locked");
    superuser = await openLooker(arena.server);
    await arena.enter(["BEGIN", "UPDATE stock SET n = 2"], { applicationName: "blocker" });
  });
  afterAll(async () => {
    await superuser.close();
    await arena.remove();
  });

  const idleInTransaction = ["BEGIN", "SELECT 1"];
  /** What each session does, the last of it for as long as the test lasts, and how it is found among the others. */
  const excluded: Readonly<Record<string, () => Promise<string>>> = {
    "a superuser": () => enter(idleInTransaction, { user: "admin" }),
    "a role with REPLICATION": () => enter(idleInTransaction, { user: "replica" }),
    "another pgleash": () => enter(idleInTransaction, { applicationName: "pgleash" }),
    "a session that shows nothing": async () =>
      `pid = ${(await arena.enter(idleInTransaction, { user: "hidden" })).pid}`,
    "our own session": async () => "usename = 'pgleash' AND state = 'idle'",
    "a walsender": async () => {
      await connectRaw(arena.server, { user: "replica", replication: "database" });
      return "backend_type = 'walsender'";
    },
    "whoever waits for a standby": () =>
      stay("INSERT INTO sold VALUES (1)", "SyncRep", ["SET synchronous_commit = on"]),
    "whoever waits for a lock": () => stay("UPDATE stock SET n = 3", "transactionid"),
    "an index build": () => stay("CREATE INDEX ON numbers (slow(n))", "PgSleep"),
    "a parallel worker": async () => {
      await stay("SELECT count(*) FROM numbers WHERE pg_sleep(0.02) IS NULL", "PgSleep");
      return "backend_type = 'parallel worker' AND state = 'active'";
    },
    "an autovacuum worker": async () => "backend_type = 'autovacuum worker' AND query LIKE '% public.litter'",
    "a process that serves nobody": async () =>
      "backend_type !~ 'client backend|worker|walsender' OR backend_type = 'io worker'",
    "whoever has not logged in": async () => {
      connectRaw(arena.server, { user: "locked" }).catch(() => undefined);
      // Shown by 18, and by nobody before.
      return major === "18" ? "backend_type = 'client backend' AND usesysid IS NULL" : "false";
    },
  };

  test.for(Object.keys(excluded))(
    "E7: nothing ends %s, whatever is decided, whoever we are",
    async (name) => {
      const condition = (await excluded[name]?.()) ?? "false";
      for (const backend of condition === "false" ? [] : await find(condition)) {
        expect(await everyOutcome(backend, arena.looker, superuser)).toEqual(new Set(["moved_on"]));
        expect(await sessionsWhere(`pid = ${backend.id.pid}`)).toMatchObject([
          { id: backend.id, state: backend.state },
        ]);
      }
    },
  );

  test("E7: what leaked goes, in the same way", async () => {
    const [idle] = await find(await enter(idleInTransaction));
    expect(await everyOutcome(idle, arena.looker)).toContain("terminated");
    const [active] = await find(await stay("SELECT pg_sleep(60)", "PgSleep"));
    expect(await everyOutcome(active, superuser)).toContain("cancelled");
  });

  test("E7: nothing ends a session of the role that we are", async () => {
    const [own] = await find(await enter(idleInTransaction, { user: "pgleash" }));
    expect(await everyOutcome(own, arena.looker)).toEqual(new Set(["moved_on"]));
    expect(await everyOutcome(own, superuser)).toContain("terminated");
  });

  // 13 does not show where a COPY stands: there only the wait on the client tells.
  test.skipIf(major === "13")("E7: a COPY that has moved since is no longer stalled", async () => {
    const { sql, pid } = await arena.enter();
    const lines = await sql.unsafe("COPY stock FROM STDIN").writable();
    lines.on("error", () => undefined);
    lines.write("1\n");
    const decidedOn = await waitFor("it to stand", async () => {
      const backend = await arena.see(pid);
      return backend.progress !== null && backend.progress.counter !== "0/0" && backend;
    });
    lines.write("1\n");
    const now = await waitFor("it to move", async () => {
      const backend = await arena.see(pid);
      return backend.progress?.counter !== decidedOn.progress?.counter && backend;
    });
    expect(now).toEqual({ ...decidedOn, progress: now.progress, ...agesOf(now) });
    expect(await arena.end(decidedOn, { kind: "stalled_client" })).toEqual({
      outcome: "moved_on",
      detail: null,
    });
    expect((await arena.end(now, { kind: "stalled_client" })).outcome).toBe("terminated");
  });

  async function enter(statements: readonly string[], options: ClientOptions = {}): Promise<string> {
    const { pid } = await arena.enter(statements, options);
    return `pid = ${pid} AND wait_event = 'ClientRead'`;
  }

  /** A session whose last statement goes on. */
  async function stay(statement: string, waitEvent: string, before: readonly string[] = []): Promise<string> {
    const { sql, pid } = await arena.enter(before);
    sql.unsafe(statement).catch(() => undefined);
    return `pid = ${pid} AND wait_event = '${waitEvent}'`;
  }

  /** What comes of ending it as a leak of every kind. */
  async function everyOutcome(
    backend: Backend | undefined,
    ...lookers: readonly Looker[]
  ): Promise<ReadonlySet<string>> {
    const outcomes = new Set<string>();
    for (const { session } of lookers)
      for (const kind of backendKinds)
        for (const action of ruleActions)
          if (backend !== undefined)
            outcomes.add((await arena.end(backend, { kind, action, through: session })).outcome);
    return outcomes;
  }

  function find(condition: string): Promise<readonly Backend[]> {
    return waitFor(condition, async () => {
      const found = await sessionsWhere(condition);
      return found.length > 0 && found;
    });
  }

  /** Sessions of whatever sort, as a look would see them if it showed them all. */
  async function sessionsWhere(condition: string): Promise<readonly Backend[]> {
    const times = ["backend_start", "xact_start", "query_start", "state_change"];
    const rows = await arena.admin.unsafe(
      `SELECT pid, datname, usename, state, application_name, ${times.map((time) => `${instant(time)} AS ${time}`).join(", ")}
       FROM pg_stat_activity WHERE ${condition}`,
    );
    return rows.map((row) => {
      const seen = sessionRow.parse(row);
      return aBackend({
        id: { pid: seen.pid, backendStart: seen.backend_start },
        datname: seen.datname,
        usename: seen.usename,
        applicationName: seen.application_name,
        state: backendStates.find((state) => state === seen.state) ?? "unknown",
        xactStart: seen.xact_start,
        queryStart: seen.query_start,
        stateChange: seen.state_change,
      });
    });
  }
});

function agesOf({ xactSeconds, querySeconds, stateSeconds }: Backend): Partial<Backend> {
  return { xactSeconds, querySeconds, stateSeconds };
}

/** Whoever comes as this role stops in the middle of the login. */
async function askForPassword({ server, admin }: Arena, role: string): Promise<void> {
  const path = join(server.dataFolder, "pg_hba.conf");
  await writeFile(path, `local all ${role} scram-sha-256\n${await readFile(path, "utf8")}`);
  await admin.unsafe("SELECT pg_reload_conf()");
}
