import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startDeadline } from "../../src/postgres/deadline.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { openArena, type Arena } from "./arena.ts";

const outOfTime = {
  reason: "untrusted_look",
  why: "no time was left to signal it and to hear of it: it must be seen anew",
};
const calledOff = { outcome: "called_off", detail: null, stop: outOfTime };

describe.each(postgresMajors())("E22: an act that runs out of time, on PostgreSQL %s", (major) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(major);
    await arena.admin.unsafe(`
      CREATE FUNCTION go_on() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          LOOP
            BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;
          END LOOP;
        END $$`);
  });
  afterAll(() => arena.remove());

  test("is called off before its signal is sent, and the connection goes on", async () => {
    const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
    const backend = await arena.see(pid);
    for (const seconds of [0, 0.1])
      expect(await arena.end(backend, { deadline: startDeadline(seconds) })).toEqual(calledOff);
    // A signal that was on its way would come before this is answered.
    expect(await sql.unsafe("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await arena.end(await arena.see(pid))).toMatchObject({ outcome: "terminated" });
  });

  test("is called off while somebody asks whether anything stops it", async () => {
    const { pid } = await arena.enter(["BEGIN", "SELECT 1"]);
    const backend = await arena.see(pid);
    let leftSeconds = 20;
    const ending = await arena.end(backend, {
      deadline: { remainingSeconds: () => leftSeconds },
      whyStop() {
        leftSeconds = 0;
        return Promise.resolve(null);
      },
    });
    expect(ending).toEqual(calledOff);
    expect(await arena.isThere(backend)).toBe(true);
  });

  test("says of a statement that was cancelled already that its session was left", async () => {
    const { sql, pid } = await arena.enter();
    sql.unsafe("SELECT go_on()").catch(() => undefined);
    const backend = await arena.see(pid, "PgSleep");
    let [asked, leftSeconds] = [0, 20];
    const ending = await arena.end(backend, {
      kind: "stale_active",
      verifySeconds: 0.2,
      deadline: { remainingSeconds: () => leftSeconds },
      whyStop() {
        asked += 1;
        if (asked === 2) leftSeconds = 0;
        return Promise.resolve(null);
      },
    });
    const detail = `its statement was cancelled, and still runs after 0.1 s; its session was not ended: ${outOfTime.why}`;
    expect(ending).toEqual({ outcome: "cancelled", detail });
    expect(await arena.isThere(backend)).toBe(true);
    await arena.admin.unsafe("SELECT pg_terminate_backend($1)", [pid]);
    await waitFor("it to be gone", async () => !(await arena.isThere(backend)));
  });
});
