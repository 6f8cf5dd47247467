import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { BackendKind } from "../../src/classify/kind.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { openArena, type Arena } from "./arena.ts";

const terminated = { outcome: "terminated", detail: null };
const movedOn = { outcome: "moved_on", detail: null };
const kind: BackendKind = "long_transaction";

describe.each(postgresMajors())("E11: a transaction that is handed on, on PostgreSQL %s", (major) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(major);
  });
  afterAll(() => arena.remove());

  test("is spared once its session calls itself by another name, and ended under the old one", async () => {
    const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"], { applicationName: "orders-api" });
    const decidedOn = await arena.see(pid);
    for (const name of ["flyway", "", "orders-api2", "my orders-api", "orders_api", "orders-api - add"]) {
      await sql.unsafe(`SET application_name = '${name}'`);
      await arena.see(pid);
      expect([name, await arena.end(decidedOn, { kind })]).toEqual([name, movedOn]);
    }
    await sql.unsafe("SET application_name = 'orders-api'");
    await arena.see(pid);
    expect(await arena.end(decidedOn, { kind })).toEqual(terminated);
  });

  const names = [
    "",
    String.raw`a.b*[c](d)+?\e$^{1}|'_ -#`,
    "x".repeat(80),
    "orders-api - 10.0.0.7:5432",
    "orders-api - [fe80::1]:5432",
    "orders-api - fe80::1:5432",
    "orders-api - unix(12@db1):5432",
    "orders-api - 10.0.0.7:1 - 10.0.0.8:2",
    `${"x".repeat(50)} - 192.168.100.100:54321`,
  ];
  test.for(names)("is ended under the name %j that the look saw", async (name) => {
    const { sql, pid } = await arena.enter([`SET application_name = '${name.replaceAll("'", "''")}'`]);
    await sql.unsafe("BEGIN");
    const decidedOn = await arena.see(pid);
    await sql.unsafe("SELECT 1");
    await arena.see(pid);
    expect(await arena.end(decidedOn, { kind })).toEqual(terminated);
  });

  test("of a pooler that writes addresses, it is spared under another name, with an address or without", async () => {
    const first = "SET application_name = 'orders-api - 10.0.0.7:5432'";
    const { sql, pid } = await arena.enter([first, "BEGIN"]);
    const decidedOn = await arena.see(pid);
    expect(decidedOn).toMatchObject({ applicationName: "orders-api", pooledClientAddr: "10.0.0.7" });
    for (const name of ["flyway - 10.0.0.7:5432", "orders-api - flyway", "flyway"]) {
      await sql.unsafe(`SET application_name = '${name}'`);
      await arena.see(pid);
      expect([name, await arena.end(decidedOn, { kind })]).toEqual([name, movedOn]);
    }
  });

  test("is nobody's if no look saw a name of it, and it has one now", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const decidedOn: Backend = { ...(await arena.see(pid)), applicationName: null };
    expect(await arena.end(decidedOn, { kind })).toEqual(movedOn);
  });

  test("is spared once it has gone on, if the rule goes by its statement", async () => {
    const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
    const decidedOn = await arena.see(pid);
    await sql.unsafe("SELECT 1 /* route='/report' */");
    const now = await arena.see(pid);
    expect(await arena.end(decidedOn, { kind, isOfStatement: true })).toEqual(movedOn);
    expect(await arena.end(now, { kind, isOfStatement: true })).toEqual(terminated);
  });
});
