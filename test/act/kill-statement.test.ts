import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { killStatement, signals } from "../../src/act/kill-statement.ts";
import { backendKinds, type BackendKind } from "../../src/classify/kind.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { connectRaw } from "../observe/raw-client.ts";
import { waitFor } from "../support/wait-for.ts";
import { openArena, type Arena } from "./arena.ts";

const terminated = { outcome: "terminated", detail: null };
const movedOn = { outcome: "moved_on", detail: null };

describe.each(postgresMajors())("the kill statement on PostgreSQL %s", (major) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(major);
  });
  afterAll(() => arena.remove());

  const leaks: readonly (readonly [BackendKind, string, readonly string[]])[] = [
    ["idle_in_transaction", "with a snapshot", ["BEGIN", "SELECT 1"]],
    ["idle_in_transaction_aborted", "without xact_start", ["BEGIN", "SELECT 1/0"]],
    ["idle_in_transaction_aborted", "in a savepoint", ["BEGIN", "SAVEPOINT s", "SELECT 1/0"]],
    ["long_transaction", "between two statements", ["BEGIN", "SELECT 1", "SELECT 2"]],
    ["idle_too_long", "after a statement", ["SELECT 1"]],
  ];
  test.for(leaks)("E11: ends a leak that is still the same: %s, %s", async ([kind, _what, statements]) => {
    const { pid } = await arena.enter(statements);
    const backend = await arena.see(pid);
    expect(await arena.end(backend, { kind })).toEqual(terminated);
    expect(await arena.isThere(backend)).toBe(false);
  });

  test("E11: ends a session that never ran a statement", async () => {
    const silent = await connectRaw(arena.server, { user: "app", application_name: "silent" });
    const [row] = await arena.admin.unsafe(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'silent'",
    );
    const backend = await arena.see(Number(row?.["pid"]));
    expect(backend).toMatchObject({ state: "idle", queryStart: null });
    expect(await arena.end(backend, { kind: "never_used" })).toEqual(terminated);
    silent.close();
  });

  test("E11: spares whoever has run a statement since, in the same transaction", async () => {
    const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
    const decidedOn = await arena.see(pid);
    await sql.unsafe("SELECT 1");
    const now = await arena.see(pid);
    expect(now).toMatchObject({ state: decidedOn.state, xactStart: decidedOn.xactStart });
    expect(await arena.end(decidedOn)).toEqual(movedOn);
    expect(await arena.isThere(decidedOn)).toBe(true);
    expect(await arena.end(now)).toEqual(terminated);
  });

  test.for(["idle_in_transaction", "long_transaction"] as const)(
    "E11: spares whoever has begun another transaction since: %s",
    async (kind) => {
      const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
      const decidedOn = await arena.see(pid);
      await sql.unsafe("COMMIT");
      await sql.unsafe("BEGIN");
      await arena.see(pid);
      expect(await arena.end(decidedOn, { kind })).toEqual(movedOn);
      expect(await arena.end(await arena.see(pid), { kind })).toEqual(terminated);
    },
  );

  test("E11: ends a long transaction whatever it has run since", async () => {
    const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
    const decidedOn = await arena.see(pid);
    await sql.unsafe("SELECT 2");
    await arena.see(pid);
    expect(await arena.end(decidedOn, { kind: "long_transaction" })).toEqual(terminated);
  });

  test("E11: never ends a long transaction in the middle of a statement", async () => {
    const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
    const decidedOn = await arena.see(pid);
    const running = sql.unsafe("SELECT pg_sleep(60)").catch(String);
    await arena.see(pid, "PgSleep");
    expect(await arena.end(decidedOn, { kind: "long_transaction" })).toEqual(movedOn);
    await arena.admin.unsafe("SELECT pg_cancel_backend($1)", [pid]);
    expect(await running).toContain("canceling statement");
  });

  test("E11: spares whoever is younger than asked for, by the server's clock", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    expect(await arena.end(backend, { minAgeSeconds: 60 })).toEqual(movedOn);
    expect(await arena.end({ ...backend, stateSeconds: 3600 }, { minAgeSeconds: 60 })).toEqual(movedOn);
    expect(await arena.end(backend, { minAgeSeconds: 0 })).toEqual(terminated);
  });

  const doings: readonly (readonly [readonly BackendKind[], string, string, () => Promise<number>])[] = [
    [["idle_in_transaction", "long_transaction"], "idle in transaction", "ClientRead", idleInTransaction],
    [["stale_active"], "active", "PgSleep", sleeping],
    [["stalled_client"], "active", "ClientRead", sendingNothing],
    [["idle_too_long"], "idle", "ClientRead", async () => (await arena.enter()).pid],
  ];
  test.for(doings)(
    "E11: only as %s it ends a session that is %s, in %s",
    async ([kinds, state, wait, play]) => {
      const backend = await arena.see(await play(), wait);
      expect(backend.state).toBe(state);
      const others = backendKinds.filter((kind) => !kinds.includes(kind));
      for (const kind of others) expect([kind, await arena.end(backend, { kind })]).toEqual([kind, movedOn]);
      expect(await arena.isThere(backend)).toBe(true);
    },
  );

  test("E13: carries timestamps in microseconds: in milliseconds they are those of nobody", async () => {
    const [backend, imprecise] = await waitFor("a session whose times have microseconds", async () => {
      const { pid } = await arena.enter(["BEGIN", "SELECT 1"]);
      const seen = await arena.see(pid);
      const { id, stateChange, xactStart } = seen;
      const copies = [
        { ...seen, id: { pid, backendStart: inMilliseconds(id.backendStart) } },
        { ...seen, stateChange: inMilliseconds(stateChange) },
        { ...seen, xactStart: inMilliseconds(xactStart) },
      ];
      const isExact = copies.every((copy) => JSON.stringify(copy) !== JSON.stringify(seen));
      return isExact && ([seen, copies] as const);
    });
    for (const copy of imprecise) expect(await arena.end(copy)).toEqual(movedOn);
    expect(await arena.end(backend)).toEqual(terminated);
  });

  test("E14: a session with the pid, but another start, is another session", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    const earlier = { ...backend, id: { pid, backendStart: "2026-01-01 00:00:00.000001+00" } };
    expect(await arena.end(earlier)).toEqual(movedOn);
    expect(await arena.end(backend)).toEqual(terminated);
  });

  const statements = backendKinds.flatMap((kind) => signals.map((signal) => [kind, signal] as const));
  test.for(statements)("E12: never filters by the signal: %s, %s", async ([kind, signal]) => {
    const { sql } = await arena.enter([
      `PREPARE ending AS ${killStatement({ kind, isOfStatement: true }, signal, arena.looker.version)}`,
    ]);
    for (const mode of ["force_custom_plan", "force_generic_plan"]) {
      await sql.unsafe(`SET plan_cache_mode = ${mode}`);
      const plan = await planOf(
        sql,
        "EXECUTE ending (1, '2026-01-01', '2026-01-01', '2026-01-01', '', 0, '', '', '', '')",
      );
      const [line, ...others] = plan.filter((one) => one.includes(signal));
      expect(line).toMatch(new RegExp(`^Output: ${signal}\\(victim.pid(, '0'::bigint)?\\)$`));
      expect(others).toEqual([]);
    }
  });

  test("E12: a planner filters by a signal that stands in a WHERE, before it filters by anything else", async () => {
    const { sql } = await arena.enter();
    const careless =
      "SELECT FROM pg_stat_activity WHERE application_name = 'x' AND pg_terminate_backend(pid)";
    const [line] = (await planOf(sql, careless)).filter((one) => one.includes("pg_terminate_backend"));
    expect(line).toMatch(/^Filter: \(.*pg_terminate_backend/);
  });

  async function idleInTransaction(): Promise<number> {
    return (await arena.enter(["BEGIN"])).pid;
  }

  async function sleeping(): Promise<number> {
    const { sql, pid } = await arena.enter();
    sql.unsafe("SELECT pg_sleep(60)").catch(() => undefined);
    return pid;
  }

  async function sendingNothing(): Promise<number> {
    const { sql, pid } = await arena.enter(["CREATE TEMP TABLE received (line text)"]);
    const lines = await sql.unsafe("COPY received FROM STDIN").writable();
    lines.on("error", () => undefined);
    return pid;
  }
});

function inMilliseconds(timestamp: string | null): string {
  return timestamp?.replace(/\d{3}\+00$/, "000+00") ?? "";
}

async function planOf(sql: Sql, statement: string): Promise<readonly string[]> {
  const rows = await sql.unsafe(`EXPLAIN (VERBOSE, COSTS OFF) ${statement}`);
  return rows.map((row) => String(row["QUERY PLAN"]).replace(/^[ >-]*/, ""));
}
