import { z } from "zod";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ROUND_TRIP_SECONDS } from "../../src/act/verify.ts";
import type { BackendKind } from "../../src/classify/kind.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { toFailure } from "../../src/postgres/failure.ts";
import type { Session } from "../../src/postgres/session.ts";
import { openLooker } from "../observe/looker.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { openArena, type Arena, type Victim } from "./arena.ts";

const terminated = { outcome: "terminated", detail: null };
const cancelled = { outcome: "cancelled", detail: null };
const movedOn = { outcome: "moved_on", detail: null };
const nothingToCancel = {
  outcome: "moved_on",
  detail: "nothing was done: it runs no statement that a cancel would end",
};

const paused = { reason: "paused", why: "paused: release 7" } as const;

const schema = `
  CREATE TABLE received (line text);
  GRANT ALL ON received TO app;
  CREATE FUNCTION go_on() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      LOOP
        BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;
      END LOOP;
    END $$`;

describe.each(postgresMajors())("ending a session on PostgreSQL %s", (major) => {
  let arena: Arena;
  const stopped = new Set<number>();
  beforeAll(async () => {
    arena = await openArena(major);
    await arena.admin.unsafe(schema);
  });
  afterEach(() => {
    for (const pid of stopped) goOn(pid);
  });
  afterAll(() => arena.remove());

  /** Who does what, and what a cancel does to them: on whom it has no effect it is never tried. */
  const onlyTerminated: readonly (readonly [BackendKind, string, () => Promise<Victim>])[] = [
    ["idle_in_transaction", "ClientRead", () => arena.enter(["BEGIN", "SELECT 1"])],
    ["idle_in_transaction_aborted", "ClientRead", () => arena.enter(["BEGIN", "SELECT 1/0"])],
    ["long_transaction", "ClientRead", () => arena.enter(["BEGIN", "SELECT 1"])],
    ["idle_too_long", "ClientRead", () => arena.enter()],
    ["stalled_client", "ClientRead", () => sendHalfOfCopy(arena)],
    ["stalled_client", "ClientWrite", () => stopReading(arena)],
  ];
  test.for(onlyTerminated)(
    "E19: of %s in %s a cancel is not tried, since it would do nothing: only a terminate ends it",
    async ([kind, waitEvent, play]) => {
      const { pid } = await play();
      const backend = await seeStill(pid, waitEvent);
      expect(await arena.end(backend, { kind, action: "cancel" })).toEqual(nothingToCancel);
      expect(await seeStill(pid, waitEvent)).toMatchObject(lookOf(backend));
      expect(await arena.end(backend, { kind })).toEqual(terminated);
    },
  );

  // In ClientWrite a cancel mostly does nothing either; it may work where the client's buffer has some room left.
  test.for(onlyTerminated.filter(([_kind, waitEvent]) => waitEvent === "ClientRead"))(
    "E19: to %s in %s a cancel does nothing, though the server says that it was sent",
    async ([_kind, waitEvent, play]) => {
      const { pid } = await play();
      const backend = await seeStill(pid, waitEvent);
      const [row] = await arena.admin.unsafe("SELECT pg_cancel_backend($1) AS sent", [pid]);
      expect(row?.["sent"]).toBe(true);
      expect(await seeStill(pid, waitEvent)).toMatchObject(lookOf(backend));
    },
  );

  test.for(["cancel", "terminate"] as const)(
    "E19: a statement that runs is cancelled, and its session stays: rule %s",
    async (action) => {
      const { sql, pid } = await arena.enter();
      const running = sql.unsafe("SELECT pg_sleep(60)").catch(codeOf);
      const backend = await arena.see(pid, "PgSleep");
      expect(await arena.end(backend, { kind: "stale_active", action })).toEqual(cancelled);
      expect(await running).toBe("57014");
      expect(await arena.isThere(backend)).toBe(true);
      expect(await arena.end(backend, { kind: "stale_active", action })).toEqual(movedOn);
    },
  );

  test("E19: a statement that a cancel does not end is ended with its session", async () => {
    const { sql, pid } = await arena.enter();
    const running = sql.unsafe("SELECT go_on()").catch(codeOf);
    const backend = await arena.see(pid, "PgSleep");
    expect(await arena.end(backend, { kind: "stale_active", action: "cancel", verifySeconds: 0.2 })).toEqual({
      outcome: "not_confirmed",
      detail: "its statement was cancelled, and still runs after 0.2 s",
    });
    expect(await arena.isThere(backend)).toBe(true);
    expect(await arena.end(backend, { kind: "stale_active", verifySeconds: 0.4 })).toEqual(terminated);
    expect(await running).toMatch(/57P01|CONNECTION_CLOSED/);
  });

  test.for<readonly [BackendKind, string, () => Promise<Victim>]>([
    ["idle_in_transaction", "ClientRead", () => arena.enter(["BEGIN"])],
    ["stale_active", "PgSleep", () => sleepOn(arena, "SELECT pg_sleep(60)")],
  ])("E27: of %s nothing is sent once somebody has said stop", async ([kind, waitEvent, play]) => {
    const { pid } = await play();
    const backend = await arena.see(pid, waitEvent);
    const ending = await arena.end(backend, { kind, whyStop: () => Promise.resolve(paused) });
    expect(ending).toEqual({ outcome: "called_off", detail: null, stop: paused });
    expect(await arena.see(pid, waitEvent)).toMatchObject(lookOf(backend));
  });

  test("E27: a stop between the cancel and the terminate leaves the session, whose statement was cancelled", async () => {
    const { pid } = await sleepOn(arena, "SELECT go_on()");
    const backend = await arena.see(pid, "PgSleep");
    let asked = 0;
    const whyStop = (): Promise<typeof paused | null> => Promise.resolve((asked += 1) > 1 ? paused : null);
    expect(await arena.end(backend, { kind: "stale_active", verifySeconds: 0.4, whyStop })).toEqual({
      outcome: "cancelled",
      detail:
        "its statement was cancelled, and still runs after 0.2 s; its session was not ended: paused: release 7",
    });
    expect(await arena.isThere(backend)).toBe(true);
    expect(asked).toBe(2);
  });

  test("E20: a session that does not react to the signal is not confirmed, and nothing stronger is tried", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    stop(pid);
    const beganMs = performance.now();
    expect(await arena.end(backend, { verifySeconds: 0.5 })).toEqual({
      outcome: "not_confirmed",
      detail: "it was signalled, and is still there after 0.5 s",
    });
    expect(performance.now() - beganMs).toBeGreaterThan(500);
    goOn(pid);
    await waitFor("it to be gone", async () => !(await arena.isThere(backend)));
  });

  test("E20: gives up before its deadline, and keeps the connection", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    stop(pid);
    // By questions, not by the clock: a machine that stands still for a moment would pass any deadline.
    const enough = 5;
    let asked = 0;
    const { session } = arena.looker;
    const through: Session = {
      ...session,
      async query(text, parameters, options) {
        const reply = await session.query(text, parameters, options);
        asked += 1;
        return reply;
      },
    };
    const deadline = { remainingSeconds: () => (asked < enough ? 60 : ROUND_TRIP_SECONDS / 2) };
    const { outcome } = await arena.end(backend, { verifySeconds: 60, through, deadline });
    expect([outcome, asked]).toEqual(["not_confirmed", enough]);
    expect(session.isOpen()).toBe(true);
  });

  test("a role that may not signal is denied, and the session stays", async () => {
    await arena.admin.unsafe("CREATE ROLE spectator LOGIN; GRANT pg_monitor TO spectator");
    const looker = await openLooker(arena.server, { user: "spectator" });
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    const ending = await arena.end(backend, { through: looker.session });
    expect(ending.outcome).toBe("denied");
    expect(ending.detail).toMatch(/permission denied|must be a member/);
    expect(await arena.isThere(backend)).toBe(true);
    expect(looker.session.isOpen()).toBe(true);
    await looker.close();
  });

  test("a connection that is lost fails the act, be it before the signal or after it", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    stop(pid);
    const looker = await openLooker(arena.server, { user: "pgleash" });
    const reply = await looker.session.query("SELECT pg_backend_pid() AS pid", [], {
      deadline: startDeadline(5),
      prepare: false,
    });
    const { pid: ownPid } = z.object({ pid: z.number() }).parse(reply.rows[0]);
    const ending = arena.end(backend, { through: looker.session });
    await waitFor("it to verify", async () => {
      const rows = await arena.admin.unsafe(
        "SELECT FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%AS session%'",
        [ownPid],
      );
      return rows.length > 0;
    });
    await arena.admin.unsafe("SELECT pg_terminate_backend($1)", [ownPid]);
    expect(await ending).toMatchObject({
      outcome: "failed",
      // The server says why, unless our next statement met the closed socket first.
      detail: expect.stringMatching(/terminat|closed|EPIPE|ECONNRESET/),
    });
    const again = await arena.end(backend, { through: looker.session });
    expect(again).toEqual({ outcome: "failed", detail: "the connection was closed" });
    goOn(pid);
    await waitFor("the signal to arrive all the same", async () => !(await arena.isThere(backend)));
  });

  /** Once it has waited for that long enough to stay so: a buffer that is not full yet takes more. */
  function seeStill(pid: number, waitEvent: string): Promise<Backend> {
    return waitFor(`session ${pid} to stand still`, async () => {
      const [first, second] = [await arena.see(pid, waitEvent), await arena.see(pid, waitEvent)];
      const isStill =
        first.progress?.counter === second.progress?.counter && (second.stateSeconds ?? 0) > 0.3;
      return isStill && second;
    });
  }

  function stop(pid: number): void {
    process.kill(pid, "SIGSTOP");
    stopped.add(pid);
  }

  function goOn(pid: number): void {
    process.kill(pid, "SIGCONT");
    stopped.delete(pid);
  }
});

/** A client whose statement runs on. */
async function sleepOn(arena: Arena, statement: string): Promise<Victim> {
  const victim = await arena.enter();
  victim.sql.unsafe(statement).catch(() => undefined);
  return victim;
}

/** A client that begins a COPY, sends some of it, and stops. */
async function sendHalfOfCopy(arena: Arena): Promise<Victim> {
  const victim = await arena.enter();
  const rows = await victim.sql.unsafe("COPY received FROM STDIN").writable();
  rows.on("error", () => undefined);
  rows.write("one\ntwo\n");
  return victim;
}

/** A client that asks for more than any buffer holds, and reads none of it. */
async function stopReading(arena: Arena): Promise<Victim> {
  const victim = await arena.enter();
  const rows = await victim.sql.unsafe("COPY (SELECT generate_series(1, 2000000)) TO STDOUT").readable();
  rows.on("error", () => undefined);
  return victim;
}

/** What would change if the session did anything. */
function lookOf({ state, stateChange, queryStart }: Backend): Partial<Backend> {
  return { state, stateChange, queryStart };
}

function codeOf(error: unknown): string {
  return toFailure(error).code ?? "none";
}
