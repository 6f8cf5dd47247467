import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { createAuthority, type Authority, type Certificate } from "../support/certificates.ts";
import { waitFor } from "../support/wait-for.ts";
import { createSocketOpener, echo } from "./socket-opener.ts";

let authority: Authority;
let certificate: Certificate;
const opener = createSocketOpener();
const { start, open: connectTo } = opener;

beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.sign("DNS:localhost,IP:127.0.0.1");
});
afterAll(() => authority.remove());
afterEach(() => opener.close());

describe("with TLS", () => {
  test("the server is told the name, unless it is an address or that is turned off", async () => {
    const names: unknown[] = [];
    const server = await start({ answer: "S", certificate, onName: (name) => names.push(name) });
    const way = { hostAddress: "127.0.0.1", port: server.port, sslMode: "require" } as const;
    await connectTo({ host: "db.example", ...way });
    await connectTo({ host: "db.example", ...way, tls: { isNameSent: false } });
    await connectTo({ host: "127.0.0.1", ...way });
    await waitFor("three handshakes", () => server.requests.length === 3);
    expect(names).toEqual(["db.example"]);
  });

  test("what only speaks an older TLS is refused, in words", async () => {
    const server = await start({ answer: "S", certificate, maxVersion: "TLSv1.2" });
    const failure = connectTo({ port: server.port, sslMode: "require", tls: { minVersion: "TLSv1.3" } });
    await expect(failure).rejects.toThrow("the server and pgleash have no TLS version in common");
    await waitFor("the connection to be gone", () => server.open() === 0);
  });
});

describe("direct TLS", () => {
  const direct = { sslMode: "require", tls: { negotiation: "direct" } } as const;

  test("begins at once, by the name of PostgreSQL's protocol", async () => {
    const server = await start({ certificate, protocols: ["postgresql"] });
    const socket = await connectTo({ port: server.port, ...direct });
    expect(await echo(socket, "startup")).toBe("startup");
    expect(server.requests).toEqual([]);
  });

  test("is refused by what does not know the name", async () => {
    const server = await start({ certificate, protocols: [] });
    const failure = connectTo({ port: server.port, ...direct });
    await expect(failure).rejects.toThrow("what answers speaks TLS, but is no PostgreSQL");
    await waitFor("the connection to be gone", () => server.open() === 0);
  });

  test("with a server that hangs up says which servers can do it", async () => {
    const server = await start({ onRequest: (socket) => socket.end() });
    const failure = connectTo({ port: server.port, ...direct });
    await expect(failure).rejects.toThrow("sslnegotiation=direct takes PostgreSQL 17 or newer");
    await expect(failure).rejects.toMatchObject({ end: "tls_failed" });
  });
});

test("a Unix socket is never asked for TLS, as libpq does it", async () => {
  const received: string[] = [];
  const server = createServer((socket) => socket.once("data", (chunk) => received.push(String(chunk))));
  server.listen(join(authority.folder, ".s.PGSQL.5432"));
  await once(server, "listening");
  const socket = await connectTo({ host: authority.folder, port: 5432, sslMode: "verify-full" });
  expect(socket).not.toBeInstanceOf(TLSSocket);
  socket.write("startup");
  await waitFor("the first bytes", () => received.length === 1);
  expect(received).toEqual(["startup"]);
  socket.destroy();
  server.close();
  await once(server, "close");
});

test("an @ leads to an abstract socket", async () => {
  const name = `@pgleash-test-${process.pid}`;
  const server = createServer((socket) => socket.end("hello"));
  server.listen(`\0${name.slice(1)}/.s.PGSQL.5432`);
  await once(server, "listening");
  const socket = await connectTo({ host: name, port: 5432 });
  expect(String((await once(socket, "data"))[0])).toBe("hello");
  server.close();
  await once(server, "close");
});

test.for([
  { keepaliveSeconds: 30, timer: "02" },
  { keepaliveSeconds: null, timer: "00" },
])(
  "a silent connection is asked after $keepaliveSeconds s whether the other end is there",
  async ({ keepaliveSeconds, timer }) => {
    const server = await start({});
    const way = { port: server.port, sslMode: "disable", keepaliveSeconds } as const;
    const socket = await connectTo(way);
    // proc(5), /proc/net/tcp: the kernel's timers; 02 is keepalive.
    const port = (socket.localPort ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const lines = (await readFile("/proc/net/tcp", "utf8"))
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
    const ours = lines.find(([, local]) => local === `0100007F:${port}`);
    expect(ours?.[5]?.slice(0, 2)).toBe(timer);
  },
);
