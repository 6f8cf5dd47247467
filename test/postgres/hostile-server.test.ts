import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { startDeadline } from "../../src/postgres/deadline.ts";
import { openSession, type Session } from "../../src/postgres/session.ts";
import type { SecretSource } from "../../src/postgres/settings.ts";
import { aConnection } from "../support/a-connection.ts";
import { listen, type Listener } from "../support/fake-postgres.ts";
import { loginRequest, ready, serverMessage, welcome } from "../support/server-messages.ts";
import { waitFor } from "../support/wait-for.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A server that answers each time that it is told something, first to the startup message. */
async function startServer(answer: (socket: Socket, turn: number) => void): Promise<Listener> {
  const server = await listen((socket) => {
    let turn = 0;
    socket.on("data", () => answer(socket, turn++));
  });
  cleanups.push(() => server.close());
  return server;
}

function open({ port }: Listener, password: SecretSource = { type: "none" }): Session {
  const settings = aConnection({ host: "127.0.0.1", port }, { password });
  const session = openSession(settings, { address: settings.addresses[0], isEncrypted: false });
  cleanups.push(() => session.close());
  return session;
}

async function ask(session: Session): Promise<readonly unknown[]> {
  const { rows } = await session.query("SELECT 1", [], { deadline: startDeadline(5), prepare: false });
  return [...rows];
}

test("a server that hangs up while the password file is read fails the login, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-hostile-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  const path = join(folder, "password");
  await writeFile(path, "hunter2", { mode: 0o600 });
  const server = await startServer((socket) => {
    socket.write(loginRequest(3));
    // Sooner or later: the file is read in several steps.
    setImmediate(() => socket.destroySoon());
  });
  for (let round = 0; round < 10; round += 1) {
    const logins = Array.from({ length: 20 }, () => ask(open(server, { type: "file", path })));
    const ends = await Promise.allSettled(logins);
    expect(ends.map(({ status }) => status)).toEqual(logins.map(() => "rejected"));
  }
});

test("a server that sends without end between two looks is given up, and its bytes are not kept", async () => {
  const reply = Buffer.concat([serverMessage("C", "SELECT 0\0"), ready]);
  const notice = serverMessage("N", "x".repeat(60_000));
  const sockets: Socket[] = [];
  const server = await startServer((socket, turn) => {
    socket.write(turn === 0 ? welcome : reply);
    sockets.push(socket);
  });
  const session = open(server);
  expect(await ask(session)).toEqual([]);
  sockets[0]?.write(notice);
  expect(await ask(session)).toEqual([]);
  sockets[0]?.write(Buffer.concat([notice, notice]));
  await waitFor("the session to be given up", () => !session.isOpen());
  await waitFor("the connection to be gone", () => server.open() === 0);
  await expect(ask(session)).rejects.toMatchObject({ reason: "connect" });
});

test("what a server says by the way is nothing to a session", async () => {
  const reply = Buffer.concat([serverMessage("C", "SELECT 0\0"), ready]);
  const remarks = Buffer.concat([
    serverMessage("S", "TimeZone\0UTC\0"),
    serverMessage("N", "SNOTICE\0Mhello\0\0"),
    serverMessage("A", "?"),
  ]);
  const server = await startServer((socket, turn) => {
    socket.write(Buffer.concat(turn === 0 ? [welcome, remarks] : [remarks, reply, remarks]));
  });
  const session = open(server);
  expect([await ask(session), await ask(session)]).toEqual([[], []]);
  expect(session.isOpen()).toBe(true);
});
