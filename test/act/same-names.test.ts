import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Backend } from "../../src/observe/snapshot.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { openArena, type Arena } from "./arena.ts";

const terminated = { outcome: "terminated", detail: null };
const movedOn = { outcome: "moved_on", detail: null };

describe.each(postgresMajors())("E11: the names that a rule went by, on PostgreSQL %s", (major) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(major);
  });
  afterAll(() => arena.remove());

  test("a session is spared once its role or its database is called otherwise, and ended under the old names", async () => {
    await arena.admin.unsafe("CREATE DATABASE shop");
    const { pid } = await arena.enter(["BEGIN"], { database: "shop" });
    const decidedOn = await arena.see(pid);
    expect(decidedOn).toMatchObject({ datname: "shop", usename: "app" });
    await arena.admin.unsafe("ALTER ROLE app RENAME TO billing");
    expect(await arena.end(decidedOn)).toEqual(movedOn);
    await arena.admin.unsafe("ALTER ROLE billing RENAME TO app");
    // Nobody may rename the database of a session.
    for (const datname of ["sho", "shop2", "s.op"])
      expect(await arena.end({ ...decidedOn, datname })).toEqual(movedOn);
    expect(await arena.end(decidedOn)).toEqual(terminated);
  });

  test("a session is spared once its role is called otherwise, also where no letter of its names is of the Latin alphabet", async () => {
    await arena.admin.unsafe('CREATE ROLE "отчёты" LOGIN');
    const { pid } = await arena.enter(["BEGIN"], { user: "отчёты" });
    const decidedOn = await arena.see(pid);
    expect(decidedOn.usename).toBe("отчёты");
    for (const name of ["payments", "отчёт", "платежи"]) {
      await arena.admin.unsafe(`ALTER ROLE "отчёты" RENAME TO "${name}"`);
      expect(await arena.end(decidedOn)).toEqual(movedOn);
      await arena.admin.unsafe(`ALTER ROLE "${name}" RENAME TO "отчёты"`);
    }
    expect(await arena.end(decidedOn)).toEqual(terminated);
  });

  test("nobody is ended whose role or database is unknown", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const decidedOn = await arena.see(pid);
    const unknown: readonly Partial<Backend>[] = [{ usename: null }, { datname: null }];
    for (const part of unknown) expect(await arena.end({ ...decidedOn, ...part })).toEqual(movedOn);
    expect(await arena.isThere(decidedOn)).toBe(true);
    expect(await arena.end(decidedOn)).toEqual(terminated);
  });

  test.for(["a.b*[c](d)+?\\e$^{1}|'_ -#", "Ünïcode-日本", "x".repeat(63)])(
    "a role called %j is ended under its name",
    async (name) => {
      await arena.admin.unsafe(`CREATE ROLE "${name}" LOGIN`);
      const { pid } = await arena.enter(["BEGIN"], { user: name });
      const decidedOn = await arena.see(pid);
      expect(decidedOn.usename).toBe(name);
      expect(await arena.end(decidedOn)).toEqual(terminated);
    },
  );
});
