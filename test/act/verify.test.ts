import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { isOver, type Verified } from "../../src/act/verify.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { openArena, type Arena } from "./arena.ts";

const nothing = { session: false, statement: false };

describe.each(postgresMajors())("E20: what came of a signal, on PostgreSQL %s", (major) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(major);
  });
  afterAll(() => arena.remove());

  test("is seen of the very session, and of the very statement", async () => {
    const { sql, pid } = await arena.enter();
    const running = sql.unsafe("SELECT pg_sleep(60)").catch(() => undefined);
    const backend = await arena.see(pid, "PgSleep");
    expect(await overNow(backend)).toEqual(nothing);
    await arena.admin.unsafe("SELECT pg_cancel_backend($1)", [pid]);
    await running;
    expect(await overNow(backend)).toEqual({ session: false, statement: true });
    const before = { ...backend, id: { pid, backendStart: "2026-01-01 00:00:00.000001+00" } };
    expect(await overNow(before)).toEqual({ session: true, statement: true });
  });

  test("is not over while the row is hidden: it may be the one", async () => {
    const { sql, pid } = await arena.enter();
    sql.unsafe("SELECT pg_sleep(60)").catch(() => undefined);
    const backend = await arena.see(pid, "PgSleep");
    await arena.admin.unsafe("REVOKE pg_monitor FROM pgleash");
    expect(await overNow(backend)).toEqual(nothing);
    await arena.admin.unsafe("GRANT pg_monitor TO pgleash");
  });

  async function overNow(backend: Backend): Promise<Readonly<Record<Verified, boolean>>> {
    const ask = (what: Verified): Promise<boolean> =>
      isOver(arena.looker.session, backend, what, {
        seconds: 0,
        deadline: startDeadline(10),
        prepare: true,
      });
    return { session: await ask("session"), statement: await ask("statement") };
  }
});
