import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { PostgresFailure } from "../../src/postgres/failure.ts";
import { openSocket } from "../../src/postgres/open-socket.ts";
import { sslModes, type ConnectionSettings } from "../../src/postgres/settings.ts";
import { createAuthority, type Authority, type Certificate } from "../support/certificates.ts";
import { startTlsServer, type TlsBehaviour, type TlsServer } from "../support/tls-server.ts";
import { waitFor } from "../support/wait-for.ts";

const { O_WRONLY, O_NONBLOCK } = constants;

let authority: Authority;
let stranger: Authority;
let certificate: Certificate;
const servers: TlsServer[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  stranger = await createAuthority();
  certificate = await authority.sign("DNS:localhost,IP:127.0.0.1");
});

afterAll(async () => {
  await authority.remove();
  await stranger.remove();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.close();
});

async function start(behaviour: TlsBehaviour): Promise<TlsServer> {
  const server = await startTlsServer(behaviour);
  servers.push(server);
  return server;
}

function settings(overrides: Partial<ConnectionSettings>): ConnectionSettings {
  const sslRootCert = authority.rootCert;
  const rest = { port: 0, user: "u", password: undefined, database: "d" };
  return { host: "127.0.0.1", sslMode: "prefer", sslRootCert, ...rest, ...overrides };
}

async function connectTo(
  overrides: Partial<ConnectionSettings>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Socket> {
  const socket = await openSocket(settings(overrides), signal);
  sockets.push(socket);
  return socket;
}

/** What comes back over the socket for `text`. */
async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = await once(socket, "data");
  return String(chunk);
}

const sslRequest = "0000000804d2162f";

describe("without TLS", () => {
  test("disable does not even ask", async () => {
    const server = await start({});
    const socket = await connectTo({ port: server.port, sslMode: "disable" });
    socket.write("startup");
    await waitFor("the first bytes", () => server.requests.length === 1);
    expect(server.requests).toEqual([Buffer.from("startup").toString("hex")]);
  });

  test("prefer asks, and goes on in plain text when the server has none", async () => {
    const server = await start({ answer: "N" });
    const socket = await connectTo({ port: server.port, sslMode: "prefer" });
    expect(socket).not.toBeInstanceOf(TLSSocket);
    expect(await echo(socket, "startup")).toBe("startup");
    expect(server.requests).toEqual([sslRequest]);
  });

  test.for(sslModes.filter((mode) => mode !== "disable" && mode !== "prefer"))(
    "%s refuses a server that has none, says so, and hangs up",
    async (sslMode) => {
      const server = await start({ answer: "N" });
      const failure = connectTo({ port: server.port, sslMode });
      await expect(failure).rejects.toThrow(`the server does not support TLS, but sslmode is ${sslMode}`);
      await expect(failure).rejects.toMatchObject({ reason: "connect" });
      await waitFor("the connection to be gone", () => server.open() === 0);
    },
  );
});

describe("with TLS", () => {
  test.for(["prefer", "require"] as const)(
    "%s encrypts, whoever signed and for whatever host",
    async (sslMode) => {
      const server = await start({ answer: "S", certificate: await stranger.sign("DNS:elsewhere.example") });
      const socket = await connectTo({ port: server.port, sslMode });
      expect(socket).toBeInstanceOf(TLSSocket);
      expect(await echo(socket, "startup")).toBe("startup");
    },
  );

  test("verify-ca trusts the authority's servers, for whatever host", async () => {
    const server = await start({ answer: "S", certificate: await authority.sign("DNS:elsewhere.example") });
    expect(await echo(await connectTo({ port: server.port, sslMode: "verify-ca" }), "hello")).toBe("hello");
  });

  test.for(["verify-ca", "verify-full"] as const)(
    "%s refuses what a stranger signed, and hangs up",
    async (sslMode) => {
      const server = await start({
        answer: "S",
        certificate: await stranger.sign("DNS:localhost,IP:127.0.0.1"),
      });
      const failure = connectTo({ port: server.port, sslMode });
      await expect(failure).rejects.toThrow(/^TLS: .*(certificate|issuer)/);
      await expect(failure).rejects.toBeInstanceOf(PostgresFailure);
      await waitFor("the connection to be gone", () => server.open() === 0);
    },
  );

  test.for([
    { host: "localhost", names: "DNS:localhost" },
    { host: "127.0.0.1", names: "IP:127.0.0.1" },
  ])("verify-full trusts $host with a certificate for $names", async ({ host, names }) => {
    const server = await start({ answer: "S", certificate: await authority.sign(names) });
    expect(await echo(await connectTo({ host, port: server.port, sslMode: "verify-full" }), "hello")).toBe(
      "hello",
    );
  });

  test.for([
    { host: "localhost", names: "DNS:elsewhere.example" },
    { host: "localhost", names: "IP:127.0.0.1" },
    { host: "127.0.0.1", names: "DNS:localhost" },
    { host: "127.0.0.1", names: "IP:127.0.0.2" },
  ])("verify-full refuses $host with a certificate for $names", async ({ host, names }) => {
    const server = await start({ answer: "S", certificate: await authority.sign(names) });
    const socket = connectTo({ host, port: server.port, sslMode: "verify-full" });
    await expect(socket).rejects.toThrow(/^TLS: .*does not match certificate/);
  });

  test("an authority's file that is missing is a failure to connect, not a crash", async () => {
    const server = await start({ answer: "S", certificate });
    const sslRootCert = join(authority.folder, "missing.pem");
    const failure = connectTo({ port: server.port, sslMode: "verify-full", sslRootCert });
    await expect(failure).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("an answer that is none", () => {
  test.for([
    { what: "a byte more than the answer", answer: "Sx" },
    { what: "plain text smuggled in behind a refusal", answer: "Nmore" },
    { what: "an error message of an old server", answer: "EFATAL" },
  ])("is refused: $what", async ({ answer }) => {
    const server = await start({ answer });
    const failure = connectTo({ port: server.port, sslMode: "prefer" });
    await expect(failure).rejects.toMatchObject({ reason: "protocol" });
    await expect(failure).rejects.toThrow("unexpected answer to the request for TLS");
  });

  test("is refused at once: the server hangs up", async () => {
    const server = await start({ onRequest: (socket) => socket.end() });
    const given = new AbortController();
    const failure = connectTo({ port: server.port, sslMode: "prefer" }, given.signal).catch(
      (error: unknown) => error,
    );
    const late = setTimeout(() => given.abort(), 3000);
    expect(await failure).toMatchObject({ reason: "connect" });
    clearTimeout(late);
  });
});

describe("giving up", () => {
  test.for([
    { what: "before any answer", behaviour: {} },
    {
      what: "in the middle of the handshake",
      behaviour: { onRequest: (socket: Socket) => void socket.write("S") },
    },
  ])("hangs up $what", async ({ behaviour }) => {
    const server = await start(behaviour.onRequest ? behaviour : { onRequest: () => undefined });
    const given = new AbortController();
    const failure = connectTo({ port: server.port, sslMode: "require" }, given.signal);
    await waitFor("the request for TLS", () => server.requests.length === 1);
    given.abort();
    await expect(failure).rejects.toBeInstanceOf(Error);
    await waitFor("the connection to be gone", () => server.open() === 0);
  });

  test.for(["prefer", "disable"] as const)("hangs up a socket of %s that was handed out", async (sslMode) => {
    const server = await start({ answer: "S", certificate });
    const given = new AbortController();
    const socket = await connectTo({ port: server.port, sslMode }, given.signal);
    given.abort();
    await waitFor("the connection to be gone", () => server.open() === 0);
    expect(socket.destroyed).toBe(true);
  });
});

describe("while the authority's file is slow to read", () => {
  test.for([
    { what: "giving up", reset: false },
    { what: "a server that resets", reset: true },
  ])("$what is a failure, not a crash", async ({ what, reset }) => {
    const server = await start({
      onRequest: (socket) => void socket.write("S", () => reset && socket.resetAndDestroy()),
    });
    const sslRootCert = join(authority.folder, `${what}.pem`);
    execFileSync("mkfifo", [sslRootCert]);
    const given = new AbortController();
    const overrides = { port: server.port, sslMode: "verify-ca", sslRootCert } as const;
    const failure = connectTo(overrides, given.signal).catch((error: unknown) => error);
    // A pipe can be opened for writing without waiting only while somebody reads it; it ends when its writer closes it.
    const writer = await waitFor("the file to be read", () => open(sslRootCert, O_WRONLY | O_NONBLOCK));
    if (!reset) given.abort();
    await waitFor("the connection to be gone", () => server.open() === 0);
    await writer.close();
    expect(await failure).toBeInstanceOf(Error);
  });
});

test("a Unix socket is never asked for TLS, as libpq does it", async () => {
  const received: string[] = [];
  const server = createServer((socket) => socket.once("data", (chunk) => received.push(String(chunk))));
  server.listen(join(authority.folder, ".s.PGSQL.5432"));
  await once(server, "listening");
  const socket = await connectTo({ host: authority.folder, port: 5432, sslMode: "verify-full" });
  socket.write("startup");
  await waitFor("the first bytes", () => received.length === 1);
  expect(received).toEqual(["startup"]);
  socket.destroy();
  server.close();
  await once(server, "close");
});

test("nobody listening is told with the system's code", async () => {
  const server = await start({});
  const { port } = server;
  await server.close();
  servers.length = 0;
  await expect(connectTo({ port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
