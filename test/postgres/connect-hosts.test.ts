import type { Socket } from "node:net";

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Connected } from "../../src/postgres/attempts/make-attempt.ts";
import type { ServerAddress } from "../../src/postgres/settings.ts";
import { aConnection, type ConnectionWishes } from "../support/a-connection.ts";
import { listen, refuse } from "../support/fake-postgres.ts";
import { freePort } from "../support/free-port.ts";
import { postgresMajors, startServer } from "../support/real-postgres.ts";
import { watchStalls } from "../support/stalls.ts";
import { startStandby } from "../support/standby.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 90_000 });

describe.each(postgresMajors())("several hosts of PostgreSQL %s", (major) => {
  let primary: EmbeddedPostgres;
  let standby: EmbeddedPostgres;
  const opened: Connected[] = [];
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    primary = await startServer(major, { hot_standby: "on" }, await freePort());
    standby = await startStandby(primary, major);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ session }) => session.close()));
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
  });
  afterAll(async () => {
    await standby.remove();
    await primary.remove();
  });

  const thePrimary = (): ServerAddress => place(primary.socketFolder, primary.port);
  const theStandby = (): ServerAddress => place(standby.socketFolder, standby.port);

  async function connectTo(
    [first, ...others]: readonly [ServerAddress, ...ServerAddress[]],
    wishes: ConnectionWishes = {},
    seconds = 10,
  ): Promise<Connected> {
    const settings = aConnection(first, { addresses: [first, ...others], user: "postgres", ...wishes });
    const connected = await connect(settings, {
      deadline: startDeadline(seconds),
      lookTimeoutSeconds: seconds,
    });
    opened.push(connected);
    return connected;
  }

  /** A listener on 127.0.0.1 that does this with whoever connects. */
  async function listening(greet: (socket: Socket) => void): Promise<ServerAddress> {
    const listener = await listen(greet);
    cleanups.push(() => listener.close());
    return place("127.0.0.1", listener.port);
  }

  test("the first that answers is taken: dead ones, and names that nobody knows, are passed over", async () => {
    const dead = place("127.0.0.1", await freePort());
    const unknown = place("no-such-host.invalid", 5432);
    const { probe } = await connectTo([
      dead,
      place("/no/such/folder", 5432),
      unknown,
      thePrimary(),
      theStandby(),
    ]);
    expect(probe.standby).toBe(false);
  });

  test.for(["disable", "prefer"] as const)(
    "one that never answers costs its share of the time, and no more: sslmode=%s",
    async (mode) => {
      const hole = await listening(() => undefined);
      const stalls = await watchStalls();
      onTestFinished(() => stalls.stop());
      const beganMs = performance.now();
      const { probe } = await connectTo([hole, thePrimary()], { tls: { mode } }, 2);
      const tookMs = performance.now() - beganMs;
      expect(probe.standby).toBe(false);
      expect(tookMs).toBeGreaterThan(950);
      expect(tookMs).toBeLessThan(1700 + 1000 * (await stalls.longestSeconds()));
    },
  );

  test("connect_timeout is less than its share", async () => {
    const hole = await listening(() => undefined);
    const stalls = await watchStalls();
    onTestFinished(() => stalls.stop());
    const beganMs = performance.now();
    await connectTo([hole, thePrimary()], { connectTimeoutSeconds: 0.5 });
    const tookMs = performance.now() - beganMs;
    expect(tookMs).toBeLessThan(1500 + 1000 * (await stalls.longestSeconds()));
  });

  test("one that starts up is passed over, and one that refuses our name is not", async () => {
    const startingUp = await listening((socket) =>
      refuse(socket, "57P03", "the database system is starting up"),
    );
    expect((await connectTo([startingUp, thePrimary()])).probe.standby).toBe(false);
    const full = await listening((socket) => refuse(socket, "53300", "sorry, too many clients already"));
    const refused = connectTo([full, thePrimary()]);
    await expect(refused).rejects.toMatchObject({
      reason: "exhausted",
      message: "sorry, too many clients already",
    });
  });

  test("a database that does not exist is not looked for elsewhere", async () => {
    const failure = connectTo([thePrimary(), theStandby()], { database: "none_such" });
    await expect(failure).rejects.toMatchObject({ reason: "auth", code: "3D000" });
    await expect(failure).rejects.toThrow(/^database "none_such" does not exist$/);
  });

  test("where none answers, all of them are told, in their order", async () => {
    const [dead, other] = [await freePort(), await freePort()];
    const failure = connectTo([place("127.0.0.1", dead), place("localhost", other)], {
      password: { type: "given", secret: "hunter2" },
    });
    await expect(failure).rejects.toMatchObject({
      name: "PostgresFailure",
      reason: "connect",
      code: "ECONNREFUSED",
    });
    await expect(failure).rejects.toThrow(
      new RegExp(`^127.0.0.1:${dead}: .*ECONNREFUSED.*; localhost:${other} \\(.*\\): .*ECONNREFUSED`),
    );
    await expect(failure).rejects.not.toThrow("hunter2");
  });

  test.for([
    ["any", "standby"],
    ["primary", "primary"],
    ["read-write", "primary"],
    ["standby", "standby"],
    ["read-only", "standby"],
    ["prefer-standby", "standby"],
  ] as const)(
    "target_session_attrs=%s of a standby and a primary is the %s",
    async ([sessionAttributes, found]) => {
      const { probe } = await connectTo([theStandby(), thePrimary()], { sessionAttributes });
      expect(probe.standby).toBe(found === "standby");
      const reversed = await connectTo([thePrimary(), theStandby()], { sessionAttributes });
      expect(reversed.probe.standby).toBe(sessionAttributes === "any" ? false : found === "standby");
    },
  );

  test("prefer-standby takes the primary where there is no standby", async () => {
    const dead = place("127.0.0.1", await freePort());
    const { probe } = await connectTo([thePrimary(), dead], { sessionAttributes: "prefer-standby" });
    expect(probe.standby).toBe(false);
  });

  test("a session that is read-only by its own settings is, on a primary too", async () => {
    const options = "-c default_transaction_read_only=on";
    const { probe } = await connectTo([thePrimary()], { options, sessionAttributes: "read-only" });
    expect(probe.standby).toBe(false);
    const failure = connectTo([thePrimary(), theStandby()], { options, sessionAttributes: "read-write" });
    await expect(failure).rejects.toThrow(
      `${primary.socketFolder}:${primary.port}: its sessions are read-only, and target_session_attrs is read-write; ${standby.socketFolder}`,
    );
    await expect(failure).rejects.toMatchObject({ reason: "connect" });
  });

  test("the options of the backend hold", async () => {
    const { session } = await connectTo([thePrimary()], { options: "-c geqo=off" });
    const asking = { deadline: startDeadline(5), prepare: false };
    const { rows } = await session.query("SELECT current_setting('geqo') AS geqo", [], asking);
    expect(rows).toEqual([{ geqo: "off" }]);
  });

  test("nothing stays open of what was tried in vain", async () => {
    const hole = await listening(() => undefined);
    const startingUp = await listening((socket) => refuse(socket, "57P03", "starting up"));
    const garbage = await listening((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const dead = place("127.0.0.1", await freePort());
    const before = await settled();
    for (const mode of ["disable", "allow", "prefer", "require"] as const)
      for (const last of [garbage, dead, theStandby()])
        await expect(
          connectTo([hole, startingUp, dead, thePrimary(), last], {
            sessionAttributes: last === dead ? "standby" : "primary",
            user: "none_such",
            connectTimeoutSeconds: 0.1,
            tls: { mode },
          }),
        ).rejects.toMatchObject({ name: "PostgresFailure" });
    await waitFor("the sockets to be gone", () => openSockets() <= before);
    await waitFor("the server to be rid of us", async () => {
      const { session } = await connectTo([thePrimary()]);
      const asking = { deadline: startDeadline(5), prepare: false };
      const { rows } = await session.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgleash'",
        [],
        asking,
      );
      await session.close();
      return Number(Object(rows[0])["n"]) === 1;
    });
  });
});

/** How many sockets of any kind this process has. The listeners' ends are among them. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCPSocketWrap|PipeWrap|TLSWrap/.test(kind))
    .length;
}

/** The same, once what earlier tests left is gone: twice the same number. */
async function settled(): Promise<number> {
  let last = -1;
  return await waitFor("the sockets of other tests to go", () => {
    const [before, now] = [last, openSockets()];
    last = now;
    return before === now ? now : undefined;
  });
}

function place(host: string, port: number): ServerAddress {
  return { host, hostAddress: undefined, port };
}
