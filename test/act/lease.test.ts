import type { Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { leaseKey } from "../../src/act/lease-statements.ts";
import { createLease, type Lease, type LeaseOptions, type LeaseState } from "../../src/act/lease.ts";
import { startPostgres } from "../../src/demo/embedded-postgres.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { probe } from "../../src/postgres/probe.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aConnection } from "../support/a-connection.ts";
import { freePort } from "../support/free-port.ts";
import { packageOfMajor } from "../support/package-of-major.ts";
import { connectTo, postgresMajors } from "../support/real-postgres.ts";
import { watchStalls } from "../support/stalls.ts";
import { waitFor } from "../support/wait-for.ts";

/** A process that would act: its lease, and the session of the moment. */
type Contender = {
  readonly lease: Lease;
  readonly session: Session;
  readonly pid: number;
  readonly version: number;
  hold(options?: Partial<LeaseOptions>): Promise<LeaseState>;
};

const held = { isHeld: true };
const common = { leaseDatabase: "postgres", pooled: false, pollSeconds: 60 };

describe.each(postgresMajors())("E24: the lease on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  const open: Session[] = [];
  beforeAll(async () => {
    server = await startPostgres({ packageRoot: packageOfMajor(major), loopbackPort: await freePort() });
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE pgleash LOGIN; GRANT pg_monitor, pg_signal_backend TO pgleash");
    await admin.unsafe("CREATE DATABASE other");
  });
  afterEach(async () => {
    for (const session of open.splice(0)) await session.close();
    await nobodyHoldsIt();
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("of two processes one holds it, again and again, and the other is told who", async () => {
    const [first, second] = [await enter(), await enter()];
    expect(await first.hold()).toEqual(held);
    const ahead = { isHeld: false, why: heldBy(first.pid, "postgres") };
    expect(await second.hold()).toEqual(ahead);
    expect(await first.hold()).toEqual(held);
    expect(await second.hold()).toEqual(ahead);
  });

  test("when the session of the holder is ended, the other takes over", async () => {
    const [first, second] = [await enter(), await enter()];
    await first.hold();
    await ask(second.session, "SELECT pg_terminate_backend($1::int)", [first.pid]);
    await waitFor("the other to take over", async () => (await second.hold()).isHeld);
    expect(await first.hold()).toEqual({
      isHeld: false,
      why: expect.stringMatching(/terminat|closed|EPIPE|ECONNRESET/),
    });
    const again = await enter("postgres", first.lease);
    expect(await again.hold()).toEqual({ isHeld: false, why: heldBy(second.pid, "postgres") });
  });

  test("it belongs to the session: on another one it must be taken anew", async () => {
    const first = await enter();
    await first.hold();
    const again = await enter("postgres", first.lease);
    expect(await again.hold()).toEqual({ isHeld: false, why: heldBy(first.pid, "postgres") });
    await first.session.close();
    await waitFor("it to be free", async () => (await again.hold()).isHeld);
  });

  test("it is given back on request, whole, and the session may rest again", async () => {
    const [first, second] = [await enter(), await enter()];
    await first.hold();
    await createLease().hold(first.session, {
      ...common,
      version: first.version,
      deadline: startDeadline(5),
    });
    await first.hold();
    await first.lease.release(first.session, { version: first.version, deadline: startDeadline(5) });
    expect(await second.hold()).toEqual(held);
    expect((await settingsOf(first))["idle_session_timeout"]).toBe(major === "13" ? null : "0");
    expect(first.session.isOpen()).toBe(true);
  });

  test("it is given back by closing the session where the server refuses", async () => {
    const [first, second] = [await enter(), await enter()];
    await first.hold();
    const unlock = "EXECUTE ON FUNCTION pg_advisory_unlock_all()";
    await admin.unsafe(`REVOKE ${unlock} FROM PUBLIC`);
    await first.lease.release(first.session, { version: first.version, deadline: startDeadline(5) });
    await admin.unsafe(`GRANT ${unlock} TO PUBLIC`);
    expect(first.session.isOpen()).toBe(false);
    await waitFor("the other to take it", async () => (await second.hold()).isHeld);
  });

  test("it is given back where nobody can see who else holds it", async () => {
    const [first, second] = [await enter(), await enter()];
    await admin.unsafe("REVOKE SELECT ON pg_locks FROM PUBLIC");
    expect(await first.hold()).toEqual({ isHeld: false, why: expect.stringContaining("pg_locks") });
    await admin.unsafe("GRANT SELECT ON pg_locks TO PUBLIC");
    expect(first.session.isOpen()).toBe(true);
    expect(await second.hold()).toEqual(held);
  });

  test("there is none in another database than the one it is taken in", async () => {
    const elsewhere = await enter("other");
    expect(await elsewhere.hold()).toEqual({
      isHeld: false,
      why: 'it is taken in the database "postgres"; this session is in "other"',
    });
    expect(await holders(elsewhere)).toEqual([]);
  });

  test("it is given back when it is to be taken in another database from now on", async () => {
    const [first, second] = [await enter(), await enter()];
    await first.hold();
    expect((await first.hold({ leaseDatabase: "other" })).isHeld).toBe(false);
    expect(await second.hold()).toEqual(held);
  });

  test("a holder in another database is seen, and nobody else acts", async () => {
    const [first, second] = [await enter("other"), await enter()];
    expect(await first.hold({ leaseDatabase: "other" })).toEqual(held);
    expect(await second.hold()).toEqual({ isHeld: false, why: heldBy(first.pid, "other") });
    expect(await holders(second)).toEqual([first.pid]);
    await first.session.close();
    await waitFor("it to be free", async () => (await second.hold()).isHeld);
  });

  test("there is none through a pooler", async () => {
    const { isHeld, ...rest } = { why: "", ...(await (await enter()).hold({ pooled: true })) };
    expect(isHeld).toBe(false);
    expect(rest.why).toContain("pooler");
  });

  test.runIf(major !== "13")("a holder that is frozen loses it after three polls", async () => {
    const [first, second] = [await enter(), await enter()];
    await first.hold({ pollSeconds: 0.2 });
    const stalls = await watchStalls();
    onTestFinished(() => stalls.stop());
    const beganMs = performance.now();
    await waitFor("the other to take over", async () => (await second.hold({ pollSeconds: 60 })).isHeld);
    const seconds = (performance.now() - beganMs) / 1000;
    expect(seconds).toBeGreaterThan(0.3);
    expect(seconds).toBeLessThan(2 + (await stalls.longestSeconds()));
    expect((await first.hold()).isHeld).toBe(false);
    expect(first.session.isOpen()).toBe(false);
  });

  test("a holder that is heard of keeps it, though a new probe undoes the settings", async () => {
    const [first, second] = [await enter(), await enter()];
    await first.hold({ pollSeconds: 0.2 });
    await probe(first.session, { deadline: startDeadline(5), lookTimeoutSeconds: 5 });
    const beganMs = performance.now();
    await waitFor("six polls", async () => {
      expect(await first.hold({ pollSeconds: 0.2 })).toEqual(held);
      return performance.now() - beganMs > 1200;
    });
    expect((await second.hold()).isHeld).toBe(false);
    expect((await settingsOf(first))["idle_session_timeout"]).toBe(major === "13" ? null : "600ms");
  });

  test("the server notices within three polls that the network of a holder is cut off", async () => {
    const first = await enter();
    await first.hold({ pollSeconds: 10 });
    expect(await settingsOf(first)).toMatchObject({
      idle: "10",
      interval: "10",
      count: "2",
      unacknowledged: "30000",
    });
  });

  /** A process with a session in this database, or a new session of one that has its lease already. */
  async function enter(database = "postgres", lease = createLease()): Promise<Contender> {
    const { session, probe: probed } = await connect(
      aConnection({ host: "127.0.0.1", port: server.port }, { database }),
      { deadline: startDeadline(5), lookTimeoutSeconds: 5 },
    );
    open.push(session);
    const { version } = probed;
    const [row] = await ask(session, "SELECT pg_backend_pid() AS pid");
    const { pid } = z.object({ pid: z.number() }).parse(row);
    return {
      lease,
      session,
      version,
      pid,
      hold: (options = {}) =>
        lease.hold(session, { ...common, version, deadline: startDeadline(5), ...options }),
    };
  }

  async function nobodyHoldsIt(): Promise<void> {
    const observer = await enter();
    await waitFor("the lease to be free", async () => (await holders(observer)).length === 0);
    await observer.session.close();
  }
});

async function holders({ session }: Contender): Promise<readonly number[]> {
  const statement = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::int::oid";
  const rows = await ask(session, statement, [leaseKey.classid]);
  return z
    .array(z.object({ pid: z.number() }))
    .parse(rows)
    .map(({ pid }) => pid);
}

async function settingsOf({ session }: Contender): Promise<Readonly<Record<string, string | null>>> {
  const [row] = await ask(
    session,
    `SELECT current_setting('idle_session_timeout', true) AS idle_session_timeout,
       current_setting('tcp_keepalives_idle') AS idle, current_setting('tcp_keepalives_interval') AS interval,
       current_setting('tcp_keepalives_count') AS count, current_setting('tcp_user_timeout') AS unacknowledged`,
  );
  return z.record(z.string(), z.string().nullable()).parse(row);
}

async function ask(
  session: Session,
  statement: string,
  parameters: readonly number[] = [],
): Promise<readonly unknown[]> {
  const { rows } = await session.query(statement, parameters, { deadline: startDeadline(5), prepare: false });
  return rows;
}

function heldBy(pid: number, database: string): string {
  return `it is held by pid ${pid} of role "pgleash" from 127.0.0.1, in the database "${database}"`;
}
